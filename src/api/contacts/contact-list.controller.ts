import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { InvalidCursor } from '../../contacts/contacts.errors.js';
import { fromCursor, toCursor } from '../../contacts/read/contact-cursor.js';
import { ContactListRepository } from '../../contacts/read/contact-list.repository.js';
import { pathPrefixOf, type SessionName } from '../../kernel/identifiers/session-name.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';
import { Needs } from '../access/requirements.js';
import { basePathOf } from '../http/base-path.js';
import { BUSY_PAGES, ListResponses } from '../http/list-responses.js';
import { DatabaseTooSlow } from '../http/request.errors.js';
import { SessionParam, sessionRoutes } from '../http/session-param.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import {
  ContactCountDto,
  ContactFilter,
  ContactPageDto,
  ListContactsQuery,
  toPeopleFilter,
} from './contact-list.dto.js';
import { FILTER_EXAMPLES } from './export-examples.js';
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
    parameters: { limit: 2, sort: 'name', ...FILTER_EXAMPLES },
    answer: { items: [examples.details], next_cursor: null },
    headers: ['Contacts-Sync', 'Changes-Next'],
    isConditional: true,
    errors: [
      InvalidCursor.malformed('nonsense'),
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
    const { limit, sort, fields, cursor } = query;
    const listed = { sort, ...toPeopleFilter(query) };
    const after = cursor === undefined ? null : fromCursor(listed, cursor);
    const account = await this.sessions.getAccount(session);
    setSyncHeader(response, account.syncedAt !== null);
    response.setHeader(CHANGES_HEADER, account.feedLatest);
    const version = versionOf(account, await this.contacts.findLastExpiry(account.id, fields));
    await this.answers.page(request, response, version, async () => {
      const { items, next, changesNext } = await this.contacts.list(account.id, {
        ...listed,
        limit,
        after,
        pathPrefix: `${basePathOf(request)}${pathPrefixOf(session)}`,
        fields,
      });
      response.setHeader(CHANGES_HEADER, changesNext);
      return `{"items":[${items}],"next_cursor":${JSON.stringify(next && toCursor(listed, next))}}`;
    });
  }

  /** Count the contacts that `GET /contacts` lists. */
  @Operation({
    id: 'countContacts',
    parameters: FILTER_EXAMPLES,
    answer: { count: 1 },
    headers: ['Contacts-Sync', 'Changes-Next'],
    isConditional: true,
    errors: [new NoAccountLinked(), new DatabaseTooSlow(), ...BUSY_PAGES],
  })
  @ApiOkResponse({ type: ContactCountDto })
  @Get('count')
  async count(
    @SessionParam() session: SessionName,
    @Query() query: ContactFilter,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const account = await this.sessions.getAccount(session);
    setSyncHeader(response, account.syncedAt !== null);
    response.setHeader(CHANGES_HEADER, account.feedLatest);
    await this.answers.page(request, response, versionOf(account), async () => {
      const { count, changesNext } = await this.contacts.count(account.id, toPeopleFilter(query));
      response.setHeader(CHANGES_HEADER, changesNext);
      return JSON.stringify({ count } satisfies ContactCountDto);
    });
  }
}
