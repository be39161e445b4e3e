import { Controller, Get, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AccountsRepository } from '../accounts/accounts.repository.js';
import { type ContactDto, GetContactQuery, toAddress } from './contact.dto.js';
import { ContactNotFound, NoAccountLinked } from './contacts.errors.js';
import { ContactsRepository } from './contacts.repository.js';

/** Tells whether the first sync after linking is complete; until then contacts may be missing. */
const SYNC_HEADER = 'Contacts-Sync';

/** A reader of the list who takes nothing for this long is cut off: he holds a database connection. */
const STALLED_READER_MS = 60_000;

@Controller()
export class ContactsController {
  constructor(
    private readonly contacts: ContactsRepository,
    private readonly accounts: AccountsRepository,
  ) {}

  /** One contact, by number or JID. */
  @Get('getcontact')
  async getContact(
    @Query() { phone }: GetContactQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ContactDto> {
    const found = await this.contacts.find(toAddress(phone));
    if (!found) throw new NoAccountLinked();
    response.setHeader(SYNC_HEADER, syncState(found.synced));
    if (!found.contact) throw new ContactNotFound(phone);
    return found.contact;
  }

  /** Every contact with a name, in the order of their JIDs, streamed. */
  @Get('getcontacts')
  async getContacts(@Res() response: Response): Promise<void> {
    const account = await this.accounts.findServed();
    if (!account) throw new NoAccountLinked();
    const rows = await this.contacts.stream(account.id);
    response.setHeader(SYNC_HEADER, syncState(account.syncedAt !== null));
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setTimeout(STALLED_READER_MS, () => response.destroy());
    await sendArray(rows, response);
  }
}

function syncState(synced: boolean): 'complete' | 'partial' {
  return synced ? 'complete' : 'partial';
}

/** A fault after the first byte cannot become an error status any more: the connection is cut, so that it is seen. */
async function sendArray(lines: Readable, response: Response): Promise<void> {
  async function* enclosed() {
    yield '[';
    yield* lines;
    yield ']';
  }
  try {
    await pipeline(Readable.from(enclosed()), response);
  } catch (error) {
    if (!response.headersSent) throw error;
    response.destroy();
  }
}
