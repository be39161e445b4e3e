import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { setImmediate } from 'node:timers/promises';
import { Needs } from '../access/requirements.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { SessionParam } from '../http/session-param.js';
import { type SessionAccount, SessionsRepository } from '../../sessions/sessions.repository.js';
import { LargeAnswers } from '../http/large-answers.js';
import { setSyncHeader } from './response-headers.js';
import { ContactExportRepository } from '../../contacts/read/contact-export.repository.js';
import { ContactFilter, toPeopleFilter, VcardQuery } from './contact-list.dto.js';
import { NoAccountLinked } from '../../contacts/contacts.errors.js';
import { CSV_HEADER, toCsv } from './csv.js';
import { toVcard } from './vcard.js';
import { BUSY_STREAMS } from '../http/large-answers.js';
import { Operation } from '../openapi/operation.js';

/** An about text that expires changes them without a word, so they have no version. */
const VCARDS = {
  contentType: 'text/vcard; charset=utf-8',
  headers: { 'Content-Disposition': 'attachment; filename=contacts.vcf' },
  version: null,
};
const CSV = {
  contentType: 'text/csv; charset=utf-8; header=present',
  headers: { 'Content-Disposition': 'attachment; filename=contacts.csv' },
  version: null,
};

/** The whole address book as a file for other programs, streamed. */
@Controller(['', 'sessions/:session'])
@Needs('contacts:export')
export class ContactExportController {
  constructor(
    private readonly contacts: ContactExportRepository,
    private readonly sessions: SessionsRepository,
    private readonly answers: LargeAnswers,
  ) {}

  /** Export the address book as vCard 4.0, as phones and Google Contacts import it. */
  @Operation({
    id: 'exportVcards',
    parameters: { photo: 'true', has_phone: 'true', saved: 'true', is_business: 'false' },
    answer: {
      byType: {
        'text/vcard':
          'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Anna Adler\r\nN:Adler;Anna;;;\r\nNICKNAME:anni\r\nTEL;VALUE=uri;TYPE=cell:tel:+491701234567\r\nIMPP:whatsapp:491701234567\r\nREV:20260101T100000Z\r\nEND:VCARD\r\n',
      },
    },
    headers: ['Contacts-Sync', 'Content-Disposition'],
    errors: [new NoAccountLinked(), ...BUSY_STREAMS],
  })
  @Get('contacts.vcf')
  async exportVcards(
    @SessionParam() session: SessionName,
    @Query() query: VcardQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const account = await this.accountOf(session, response);
    const contacts = { photo: query.photo === 'true', ...toPeopleFilter(query) };
    await this.answers.stream(request, response, VCARDS, async () =>
      map(await this.contacts.stream(account.id, contacts), toVcard),
    );
  }

  /** Export the address book as CSV (RFC 4180). */
  @Operation({
    id: 'exportCsv',
    parameters: { has_phone: 'true', saved: 'true', is_business: 'false' },
    answer: {
      byType: {
        'text/csv': `${CSV_HEADER}491701234567@s.whatsapp.net,491701234567,Anna Adler,Anna,anni,,,true,On a boat,2026-01-01T10:00:00Z,123456789012345@lid,,c1\r\n`,
      },
    },
    headers: ['Contacts-Sync', 'Content-Disposition'],
    errors: [new NoAccountLinked(), ...BUSY_STREAMS],
  })
  @Get('contacts.csv')
  async exportCsv(
    @SessionParam() session: SessionName,
    @Query() query: ContactFilter,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const account = await this.accountOf(session, response);
    const contacts = { photo: false, ...toPeopleFilter(query) };
    await this.answers.stream(request, response, CSV, async () =>
      map(await this.contacts.stream(account.id, contacts), toCsv, CSV_HEADER),
    );
  }

  private async accountOf(session: SessionName, response: Response): Promise<SessionAccount> {
    const account = await this.sessions.getAccount(session);
    if (!account) throw new NoAccountLinked();
    setSyncHeader(response, account.syncedAt !== null);
    return account;
  }
}

/** Texts are gathered, for many small writes cost more than few large ones. */
const CHUNK_CHARACTERS = 16_384;

async function* map<T>(
  items: AsyncIterable<T>,
  toText: (item: T) => string,
  head = '',
): AsyncGenerator<string> {
  let chunk = head;
  for await (const item of items) {
    chunk += toText(item);
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
    // Rows and readers are often both ready: without a pause nobody else would be answered until one of them is not.
    await setImmediate();
  }
  if (chunk) yield chunk;
}
