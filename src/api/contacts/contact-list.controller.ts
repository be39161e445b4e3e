import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { InvalidCursor } from '../../contacts/contacts.errors.js';
import { type ContactPlace, fromCursor, toCursor } from '../../contacts/read/contact-cursor.js';
import { ContactListRepository } from '../../contacts/read/contact-list.repository.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';
import { Needs } from '../access/requirements.js';
import { BUSY_PAGES, ListResponses } from '../http/list-responses.js';
import { DatabaseTooSlow } from '../http/request.errors.js';
import { SessionParam, sessionRoutes } from '../http/session-param.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import { ContactPageDto, ListContactsQuery, toPeopleFilter } from './contact-list.dto.js';
import { CHANGES_HEADER, setSyncHeader, versionOf } from './response-headers.js';

/** The address book in pages. */
@Controller(sessionRoutes('contacts'))
@Needs('contacts:read')
export class ContactListController {
  constructor(
    private readonly contacts: ContactListRepository,
    private readonly sessions: SessionsRepository,
    private readonly answers: ListResponses,
  ) {}

  /** List, search and filter contacts in pages. */
  @Operation({
    id: 'listContacts',
    parameters: {
      limit: 2,
      sort: 'name',
      search: 'adler',
      has_phone: true,
      saved: true,
      is_business: false,
    },
    answer: { items: [examples.summary], next_cursor: null },
    headers: ['Contacts-Sync', 'Changes-Next'],
    isConditional: true,
    errors: [
      new InvalidCursor('nonsense', 'jid'),
      new NoAccountLinked(),
      new DatabaseTooSlow(),
      ...BUSY_PAGES,
    ],
  })
  @ApiOkResponse({ type: ContactPageDto })
  @Get()
  async list(
    @SessionParam() session: SessionName,
    @Query() query: ListContactsQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const after = query.cursor === undefined ? null : fromCursor(query.sort, query.cursor);
    const account = await this.sessions.getAccount(session);
    setSyncHeader(response, account.syncedAt !== null);
    response.setHeader(CHANGES_HEADER, account.feedLatest);
    await this.answers.page(request, response, versionOf(account), async () => {
      const { changesNext, page } = await this.load(account.id, query, after);
      response.setHeader(CHANGES_HEADER, changesNext);
      return page;
    });
  }

  /** Returns a ContactPageDto as JSON, and the position in the feed to continue from. */
  private async load(
    accountId: number,
    query: ListContactsQuery,
    after: ContactPlace | null,
  ): Promise<{ changesNext: string; page: string }> {
    const { limit, sort, search = null } = query;
    const { items, next, changesNext } = await this.contacts.list(accountId, {
      limit,
      sort,
      after,
      search,
      ...toPeopleFilter(query),
    });
    const page = `{"items":[${items}],"next_cursor":${JSON.stringify(next && toCursor(sort, next))}}`;
    return { changesNext, page };
  }
}
