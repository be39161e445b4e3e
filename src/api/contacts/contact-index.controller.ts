import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { toCursor } from '../../contacts/read/contact-cursor.js';
import { ContactIndexRepository } from '../../contacts/read/contact-index.repository.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';
import { Needs } from '../access/requirements.js';
import { BUSY_PAGES, ListResponses } from '../http/list-responses.js';
import { DatabaseTooSlow } from '../http/request.errors.js';
import { SessionParam, sessionRoutes } from '../http/session-param.js';
import { Operation } from '../openapi/operation.js';
import { ContactIndexDto, ContactIndexQuery } from './contact-index.dto.js';
import { toPeopleFilter } from './contact-list.dto.js';
import { toContactLookup } from './contact-reference.js';
import { FILTER_EXAMPLES } from './export-examples.js';
import { CHANGES_HEADER, setSyncHeader, versionOf } from './response-headers.js';

/** Positions in the address book, for lists that jump to a letter, to the end or to a contact. */
@Controller(sessionRoutes('contacts/index'))
@Needs('contacts:read')
export class ContactIndexController {
  constructor(
    private readonly index: ContactIndexRepository,
    private readonly sessions: SessionsRepository,
    private readonly answers: ListResponses,
  ) {}

  /** Find positions in the list that `GET /contacts` returns with the same filters and `sort`. */
  @Operation({
    id: 'indexContacts',
    parameters: { sort: 'name', ...FILTER_EXAMPLES },
    answer: { count: 1, cursors: [], initials: [{ initial: 'A', row: 0 }], row: null },
    headers: ['Contacts-Sync', 'Changes-Next'],
    isConditional: true,
    errors: [new NoAccountLinked(), new DatabaseTooSlow(), ...BUSY_PAGES],
  })
  @ApiOkResponse({ type: ContactIndexDto })
  @Get()
  async get(
    @SessionParam() session: SessionName,
    @Query() query: ContactIndexQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { sort, contact } = query;
    const listed = { sort, ...toPeopleFilter(query) };
    const account = await this.sessions.getAccount(session);
    setSyncHeader(response, account.syncedAt !== null);
    response.setHeader(CHANGES_HEADER, account.feedLatest);
    await this.answers.page(request, response, versionOf(account), async () => {
      const { places, changesNext, ...index } = await this.index.read(account.id, {
        ...listed,
        contact: contact === undefined ? null : toContactLookup(contact),
      });
      response.setHeader(CHANGES_HEADER, changesNext);
      const cursors = places.map((place) => toCursor(listed, place));
      return JSON.stringify({ ...index, cursors } satisfies ContactIndexDto);
    });
  }
}
