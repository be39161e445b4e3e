import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ContactNotFound } from '../../contacts/contacts.errors.js';
import { ContactsRepository } from '../../contacts/read/contacts.repository.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';
import { Needs } from '../access/requirements.js';
import { sendConditionalJson } from '../http/conditional.js';
import { BUSY_STREAMS, ListResponses } from '../http/list-responses.js';
import { SessionParam } from '../http/session-param.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import { ContactDto, GetContactQuery } from './contact.dto.js';
import { toAddresses } from './contact-reference.js';
import { CHANGES_HEADER, setSyncHeader, versionOf } from './response-headers.js';

/** `/getcontact` and `/getcontacts`, which return only names. */
@Controller(['', 'sessions/:session'])
@Needs('contacts:read')
export class ContactNamesController {
  constructor(
    private readonly contacts: ContactsRepository,
    private readonly sessions: SessionsRepository,
    private readonly answers: ListResponses,
  ) {}

  /** Look up one contact by number or JID. */
  @Operation({
    id: 'getContact',
    parameters: { phone: examples.PHONE },
    answer: examples.contact,
    headers: ['Contacts-Sync'],
    isConditional: true,
    errors: [new ContactNotFound('491709999999'), new NoAccountLinked()],
  })
  @ApiOkResponse({ type: ContactDto })
  @Get('getcontact')
  async getContact(
    @SessionParam() session: SessionName,
    @Query() { phone }: GetContactQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const found = await this.contacts.find(session, toAddresses(phone));
    if (!found) throw new NoAccountLinked();
    setSyncHeader(response, found.synced);
    if (!found.contact) throw new ContactNotFound(phone);
    sendConditionalJson(request, response, found.contact satisfies ContactDto);
  }

  /** List all contacts that have a number and a name, ordered by JID. */
  @Operation({
    id: 'getContacts',
    answer: [examples.contact],
    headers: ['Contacts-Sync', 'Changes-Next'],
    isConditional: true,
    errors: [new NoAccountLinked(), ...BUSY_STREAMS],
  })
  @ApiOkResponse({ type: ContactDto, isArray: true })
  @Get('getcontacts')
  async getContacts(
    @SessionParam() session: SessionName,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const account = await this.sessions.getAccount(session);
    setSyncHeader(response, account.syncedAt !== null);
    response.setHeader(CHANGES_HEADER, account.feedLatest);
    const answer = { contentType: 'application/json; charset=utf-8', version: versionOf(account) };
    await this.answers.stream(request, response, answer, async () => {
      const { changesNext, rows } = await this.contacts.stream(account.id);
      response.setHeader(CHANGES_HEADER, changesNext);
      return enclose(rows);
    });
  }
}

/**
 * Makes a JSON array of rows that each start with a comma. Yields nothing before the first row, so that an error until
 * then can still be returned.
 */
async function* enclose(rows: AsyncIterable<Buffer>): AsyncGenerator<string | Buffer> {
  let isFirst = true;
  for await (const chunk of rows) {
    if (isFirst) yield '[';
    yield isFirst ? chunk.subarray(1) : chunk;
    isFirst = false;
  }
  yield isFirst ? '[]' : ']';
}
