import { setImmediate } from 'node:timers/promises';
import type { ExportedContact } from '../../contacts/read/contact-export.repository.js';
import { uuidOf } from './contact-uid.js';
import { type CsvOptions, csvWriter } from './csv.js';
import { toVcard, type VcardVersion } from './vcard.js';
import { toXlsx } from './xlsx.js';

/** A file that contains an address book. */
export interface ContactExport {
  contentType: string;
  extension: 'vcf' | 'csv' | 'xlsx';
  isCompressed?: true;
  /** Request headers that decide the format. */
  vary?: string;
  write: (contacts: AsyncIterable<ExportedContact>) => Promise<AsyncIterable<string | Uint8Array>>;
}

export function vcardExport(version: VcardVersion): ContactExport {
  return {
    contentType: `text/vcard; charset=utf-8; version=${version}`,
    extension: 'vcf',
    vary: 'Accept',
    write: async (contacts) => toText(contacts, (contact) => toVcard(contact, version, uuidOf(contact.id))),
  };
}

export function csvExport(options: CsvOptions): ContactExport {
  const { header, toLine } = csvWriter(options);
  return {
    contentType: 'text/csv; charset=utf-8; header=present',
    extension: 'csv',
    write: async (contacts) => toText(contacts, toLine, header),
  };
}

export const XLSX_EXPORT: ContactExport = {
  contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  extension: 'xlsx',
  isCompressed: true,
  write: toXlsx,
};

/** Contacts are combined to chunks of this size, because many small writes are slower. */
const CHUNK_CHARACTERS = 16_384;

async function* toText(
  contacts: AsyncIterable<ExportedContact>,
  format: (contact: ExportedContact) => string,
  header = '',
): AsyncGenerator<string> {
  let chunk = header;
  for await (const contact of contacts) {
    chunk += format(contact);
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
    // Without this pause, other requests wait as long as both the database and the client are fast.
    await setImmediate();
  }
  if (chunk) yield chunk;
}
