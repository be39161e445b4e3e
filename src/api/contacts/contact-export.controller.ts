import { setImmediate } from 'node:timers/promises';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  ContactExportRepository,
  type ExportedContact,
} from '../../contacts/read/contact-export.repository.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';
import { Needs } from '../access/requirements.js';
import { BUSY_STREAMS, ListResponses } from '../http/list-responses.js';
import { SessionParam } from '../http/session-param.js';
import { Operation } from '../openapi/operation.js';
import { ContactFilter, toPeopleFilter, VcardQuery } from './contact-list.dto.js';
import { CSV_HEADER, toCsv } from './csv.js';
import { setSyncHeader } from './response-headers.js';
import { toVcard } from './vcard.js';

interface ExportFormat {
  contentType: string;
  fileName: string;
  header: string;
  toText: (contact: ExportedContact) => string;
}

const VCARD: ExportFormat = {
  contentType: 'text/vcard; charset=utf-8',
  fileName: 'contacts.vcf',
  header: '',
  toText: toVcard,
};
const CSV: ExportFormat = {
  contentType: 'text/csv; charset=utf-8; header=present',
  fileName: 'contacts.csv',
  header: CSV_HEADER,
  toText: toCsv,
};

const VCARD_EXAMPLE = [
  'BEGIN:VCARD',
  'VERSION:4.0',
  'FN:Anna Adler',
  'N:Adler;Anna;;;',
  'NICKNAME:anni',
  'TEL;VALUE=uri;TYPE=cell:tel:+491701234567',
  'IMPP:whatsapp:491701234567',
  'REV:20260101T100000Z',
  'END:VCARD',
  '',
].join('\r\n');
const CSV_EXAMPLE =
  `${CSV_HEADER}491701234567@s.whatsapp.net,491701234567,Anna Adler,Anna,anni,,,true,On a boat,` +
  '2026-01-01T10:00:00Z,123456789012345@lid,,c1\r\n';

/** The address book as a file for other programs. */
@Controller(['', 'sessions/:session'])
@Needs('contacts:export')
export class ContactExportController {
  constructor(
    private readonly contacts: ContactExportRepository,
    private readonly sessions: SessionsRepository,
    private readonly answers: ListResponses,
  ) {}

  /** Export the address book as vCard 4.0, for phones and Google Contacts. */
  @Operation({
    id: 'exportVcards',
    parameters: { photo: 'true', has_phone: 'true', saved: 'true', is_business: 'false' },
    answer: { byType: { 'text/vcard': VCARD_EXAMPLE } },
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
    await this.export(VCARD, session, query, request, response);
  }

  /** Export the address book as CSV (RFC 4180). */
  @Operation({
    id: 'exportCsv',
    parameters: { has_phone: 'true', saved: 'true', is_business: 'false' },
    answer: { byType: { 'text/csv': CSV_EXAMPLE } },
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
    await this.export(CSV, session, { ...query, photo: 'false' }, request, response);
  }

  private async export(
    { contentType, fileName, header, toText }: ExportFormat,
    session: SessionName,
    query: VcardQuery,
    request: Request,
    response: Response,
  ): Promise<void> {
    const account = await this.sessions.getAccount(session);
    setSyncHeader(response, account.syncedAt !== null);
    const headers = { 'Content-Disposition': `attachment; filename=${fileName}` };
    // Without a version: abouts expire without a change of the account's revision.
    await this.answers.stream(request, response, { contentType, headers, version: null }, async () => {
      const filter = { photo: query.photo === 'true', ...toPeopleFilter(query) };
      return map(await this.contacts.stream(account.id, filter), toText, header);
    });
  }
}

/** Contacts are combined to chunks of this size, because many small writes are slower. */
const CHUNK_CHARACTERS = 16_384;

async function* map<T>(
  items: AsyncIterable<T>,
  toText: (item: T) => string,
  header: string,
): AsyncGenerator<string> {
  let chunk = header;
  for await (const item of items) {
    chunk += toText(item);
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
    // Without this pause, other requests wait as long as both the database and the client are fast.
    await setImmediate();
  }
  if (chunk) yield chunk;
}
