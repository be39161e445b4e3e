import { Injectable } from '@nestjs/common';
import { selectFields } from '../../contacts/contact-fields.js';
import type { ContactPayload } from '../../contacts/payload/contact-payload.js';
import { toDetails } from '../../contacts/payload/contact-payload.js';
import {
  ContactDetailsRepository,
  type ContactLookup,
} from '../../contacts/read/contact-details.repository.js';
import type { ContactForm } from '../../contacts/read/contact-json.sql.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { InvalidRequest } from '../http/request.errors.js';
import { expected } from '../http/validation.js';
import { parseContactReference, referenceForms } from './contact-reference.js';

/** Entries that count as one request. */
const ENTRIES_PER_REQUEST = 100;

/** Returns the number of requests that a lookup counts as. */
export function requestsOf(entries: readonly string[]): number {
  return Math.ceil(entries.length / ENTRIES_PER_REQUEST);
}

/** An entry of a lookup. */
export interface LookedUpContact {
  query: string;
  contact: Partial<ContactPayload> | null;
}

export interface LookupResult {
  accountId: number;
  /** Whether the first sync of the account is complete. */
  synced: boolean;
  /** One per entry, in the same order. */
  items: LookedUpContact[];
}

/** Looks up many contacts at once. */
@Injectable()
export class ContactLookupService {
  constructor(private readonly contacts: ContactDetailsRepository) {}

  /**
   * @throws InvalidRequest if an entry is invalid, SessionNotFound, NoAccountLinked
   */
  async lookUp(
    session: SessionName,
    entries: readonly string[],
    { pathPrefix, fields }: ContactForm,
  ): Promise<LookupResult> {
    const lookups = entries.map(parseEntry);
    const found = await this.contacts.findAll(session, lookups);
    if (!found) throw new NoAccountLinked();
    const items = found.result.map((contact, i) => ({
      query: entries[i] as string,
      contact: contact && selectFields(toDetails(contact, pathPrefix), fields),
    }));
    return { accountId: found.accountId, synced: found.synced, items };
  }
}

const ENTRY = expected(referenceForms('491701234567'));

/** One invalid entry fails the whole lookup. Otherwise, a typing error would look like an unknown contact. */
function parseEntry(entry: unknown, index: number): ContactLookup {
  const lookup = typeof entry === 'string' ? parseContactReference(entry) : null;
  if (lookup) return lookup;
  const problem = {
    property: `contacts[${index}]`,
    value: entry,
    object: {},
    targetName: '',
    constraints: [],
  };
  throw new InvalidRequest(ENTRY.message(problem));
}
