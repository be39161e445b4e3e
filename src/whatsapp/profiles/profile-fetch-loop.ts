import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import type { DuePerson } from '../../contacts/fetches/profile-fetches.repository.js';
import { LeaseLost } from '../lease/lease-lost.js';
import { iqErrorCode } from '../wire/iq-error.js';
import { RateLimited } from './profile-errors.js';
import { changesOf, type Person, ProfileFetcher } from './profile-fetcher.js';
import type { ProfileLine } from './profile-line.js';
import type { ProfileServices } from './profile-services.js';

/** How soon a request of the API, or of a notification, is seen. */
const LOOK_EVERY_MS = 300;
/** After the line or the database has failed. */
const RETRY_AFTER_MS = 10_000;

/**
 * Fetches about, picture, business name and identity key of an account's people, over one connection, for as long as
 * it is open. Whose turn it is stands in the database, and each person is ticked off there in the transaction that
 * saves what was fetched: after a kill, only those of the batch just asked about are asked about again.
 */
export class ProfileFetchLoop {
  private readonly logger = new Logger(ProfileFetchLoop.name);
  private readonly closing = new AbortController();
  private readonly fetcher: ProfileFetcher;

  constructor(
    private readonly owner: AddressBookOwner,
    line: ProfileLine,
    private readonly services: ProfileServices,
  ) {
    this.fetcher = new ProfileFetcher(line, this.closing.signal);
  }

  /** Begins; does not wait for anything. */
  start(): void {
    void this.run();
  }

  /** The connection is gone. */
  close(): void {
    this.closing.abort();
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    let isLoaded = false;
    while (!signal.aborted) {
      let pauseMs = LOOK_EVERY_MS;
      try {
        if (!isLoaded) await this.services.pause.load();
        isLoaded = true;
        await this.fetchDue();
      } catch (error) {
        pauseMs = signal.aborted ? 0 : await this.recover(error);
      }
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  private async fetchDue(): Promise<void> {
    const { budget, pause, downloads } = this.services;
    const allowed = await pause.look();
    if (allowed === 'nobody') return;
    const { accountId } = this.owner;
    const batch = allowed === 'anybody' ? budget.forAnybody : 0;
    const onlyRequested = batch === 0;
    const limit = onlyRequested ? budget.forRequested : batch;
    const people = limit > 0 ? await downloads.takeDue(accountId, limit, { onlyRequested }) : [];
    if (people.length > 0) await this.fetch(people.flatMap(personOf));
  }

  private async fetch(people: (Person & { id: string })[]): Promise<void> {
    this.services.budget.spend(people.length);
    const profiles = await this.fetcher.fetchProfiles(people);
    for (const person of people) {
      const profile = profiles.get(person.address);
      const picture = await this.fetcher.fetchPicture({ ...person, lid: person.lid ?? profile?.lid ?? null });
      this.closing.signal.throwIfAborted();
      await this.services.lease.transaction(async (tx) => {
        await this.services.contacts.apply(tx, this.owner, changesOf(person.address, profile, picture));
        await this.services.downloads.finish(tx, [person.id]);
      });
    }
  }

  /** @returns how long to wait, in milliseconds */
  private async recover(error: unknown): Promise<number> {
    const { budget, pause } = this.services;
    const code = error instanceof RateLimited ? 429 : iqErrorCode(error);
    const { message } = error as Error;
    if (!(error instanceof LeaseLost)) this.logger.warn(`Profiles are fetched later: ${message}`);
    if (code === null) return RETRY_AFTER_MS;
    const why = code === 429 ? 'WhatsApp asks for fewer requests' : `WhatsApp refuses the request (${code})`;
    await pause.pauseFor(budget.slowDown(), why).catch((failure: unknown) => {
      this.logger.warn(`Cannot report a pause: ${(failure as Error).message}`);
    });
    return LOOK_EVERY_MS;
  }
}

/** Asked for by number, where it is known. */
function personOf({ id, jid, lid, pictureId }: DuePerson): (Person & { id: string })[] {
  const address = jid ?? lid;
  return address ? [{ id, address, lid, pictureId }] : [];
}
