import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Needs } from '../../access/access.js';
import type { SessionName } from '../../sessions/session-name.js';
import { SessionParam } from '../../sessions/session-param.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';
import { LargeAnswers } from '../../http/large-answers.js';
import { setSyncHeader, versionOf } from './answers.js';
import { type ContactDto, GetContactQuery, toAddresses } from './contact.dto.js';
import { ContactNotFound, NoAccountLinked } from '../contacts.errors.js';
import { ContactsRepository } from '../read/contacts.repository.js';

/** The two routes of names. */
@Controller(['', 'sessions/:session'])
@Needs('contacts:read')
export class ContactsController {
  constructor(
    private readonly contacts: ContactsRepository,
    private readonly sessions: SessionsRepository,
    private readonly answers: LargeAnswers,
  ) {}

  /** One contact, by number or JID. */
  @Get('getcontact')
  async getContact(
    @SessionParam() session: SessionName,
    @Query() { phone }: GetContactQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ContactDto> {
    const found = await this.contacts.find(session, toAddresses(phone));
    if (!found) throw new NoAccountLinked();
    setSyncHeader(response, found.synced);
    if (!found.contact) throw new ContactNotFound(phone);
    return found.contact;
  }

  /** Every contact with a name, in the order of their JIDs, streamed. */
  @Get('getcontacts')
  async getContacts(
    @SessionParam() session: SessionName,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const account = await this.sessions.getAccount(session);
    if (!account) throw new NoAccountLinked();
    setSyncHeader(response, account.syncedAt !== null);
    const answer = { contentType: 'application/json; charset=utf-8', version: versionOf(account) };
    await this.answers.stream(request, response, answer, async () =>
      enclose(await this.contacts.stream(account.id)),
    );
  }
}

/** Begins when the first rows are there. */
async function* enclose(rows: AsyncIterable<Buffer>): AsyncGenerator<string | Buffer> {
  let head = '[';
  for await (const chunk of rows) {
    if (head) yield head;
    head = '';
    yield chunk;
  }
  yield `${head}]`;
}
