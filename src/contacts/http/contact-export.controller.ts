import { Controller, Get, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Needs } from '../../access/access.js';
import type { SessionName } from '../../sessions/session-name.js';
import { SessionParam } from '../../sessions/session-param.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';
import { sendStream, setSyncHeader } from './answers.js';
import {
  ContactExportRepository,
  type ExportedContact,
  type ExportQuery,
} from '../read/contact-export.repository.js';
import { ContactFilter, toHasPhone, VcardQuery } from './contact-list.dto.js';
import { NoAccountLinked } from '../contacts.errors.js';
import { CSV_HEADER, toCsv } from './csv.js';
import { toVcard } from './vcard.js';

/** The whole address book as a file for other programs, streamed. */
@Controller(['', 'sessions/:session'])
@Needs('contacts:export')
export class ContactExportController {
  constructor(
    private readonly contacts: ContactExportRepository,
    private readonly sessions: SessionsRepository,
  ) {}

  /** vCard 4.0, as phones and Google Contacts import it. */
  @Get('contacts.vcf')
  async exportVcards(
    @SessionParam() session: SessionName,
    @Query() query: VcardQuery,
    @Res() response: Response,
  ): Promise<void> {
    const contacts = await this.open(session, response, 'contacts.vcf', {
      photo: query.photo === 'true',
      hasPhone: toHasPhone(query),
    });
    await sendStream(response, 'text/vcard; charset=utf-8', map(contacts, toVcard));
  }

  @Get('contacts.csv')
  async exportCsv(
    @SessionParam() session: SessionName,
    @Query() query: ContactFilter,
    @Res() response: Response,
  ): Promise<void> {
    const hasPhone = toHasPhone(query);
    const contacts = await this.open(session, response, 'contacts.csv', { photo: false, hasPhone });
    await sendStream(response, 'text/csv; charset=utf-8; header=present', map(contacts, toCsv, CSV_HEADER));
  }

  private async open(
    session: SessionName,
    response: Response,
    file: string,
    query: ExportQuery,
  ): Promise<AsyncGenerator<ExportedContact>> {
    const account = await this.sessions.getAccount(session);
    if (!account) throw new NoAccountLinked();
    const contacts = await this.contacts.stream(account.id, query);
    setSyncHeader(response, account.syncedAt !== null);
    response.attachment(file);
    return contacts;
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
  }
  if (chunk) yield chunk;
}
