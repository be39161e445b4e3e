import { Controller, Get, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { SessionName } from '../../sessions/session-name.js';
import { SessionParam } from '../../sessions/session-param.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';
import { sendStream, setSyncHeader } from './answers.js';
import { ContactExportRepository, type ExportedContact } from '../read/contact-export.repository.js';
import { VcardQuery } from './contact-list.dto.js';
import { NoAccountLinked } from '../contacts.errors.js';
import { CSV_HEADER, toCsv } from './csv.js';
import { toVcard } from './vcard.js';

/** The whole address book as a file for other programs, streamed. */
@Controller(['', 'sessions/:session'])
export class ContactExportController {
  constructor(
    private readonly contacts: ContactExportRepository,
    private readonly sessions: SessionsRepository,
  ) {}

  /** vCard 4.0, as phones and Google Contacts import it. */
  @Get('contacts.vcf')
  async exportVcards(
    @SessionParam() session: SessionName,
    @Query() { photo }: VcardQuery,
    @Res() response: Response,
  ): Promise<void> {
    const contacts = await this.open(session, response, { photo: photo === 'true', file: 'contacts.vcf' });
    await sendStream(response, 'text/vcard; charset=utf-8', map(contacts, toVcard));
  }

  @Get('contacts.csv')
  async exportCsv(@SessionParam() session: SessionName, @Res() response: Response): Promise<void> {
    const contacts = await this.open(session, response, { photo: false, file: 'contacts.csv' });
    await sendStream(response, 'text/csv; charset=utf-8; header=present', map(contacts, toCsv, CSV_HEADER));
  }

  private async open(
    session: SessionName,
    response: Response,
    { photo, file }: { photo: boolean; file: string },
  ): Promise<AsyncGenerator<ExportedContact>> {
    const account = await this.sessions.getAccount(session);
    if (!account) throw new NoAccountLinked();
    const contacts = await this.contacts.stream(account.id, { photo });
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
