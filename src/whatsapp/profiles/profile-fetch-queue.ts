import { Logger } from '@nestjs/common';
import { AsyncResource } from 'node:async_hooks';
import type {
  DuePerson,
  ProfileFetchesRepository,
} from '../../contacts/fetches/profile-fetches.repository.js';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import type { ContactsService } from '../../contacts/write/contacts.service.js';
import { LeaseLost } from '../lease/lease-lost.js';
import type { Lease } from '../lease/lease.js';
import { iqErrorCode } from '../wire/iq-error.js';
import type { FetchBudget } from './fetch-budget.js';
import type { FetchPause } from './fetch-pause.js';
import type { Due, FetchQueue, FetchScheduler } from './fetch-scheduler.js';
import { RateLimited } from './profile-errors.js';
import { changesOf, type Person, ProfileFetcher } from './profile-fetcher.js';
import type { ProfileConnection } from './profile-connection.js';

/** After the connection or the database has failed. */
const RETRY_AFTER_MS = 10_000;
/** Whether anybody is due for whom nobody waits is asked no more often than this. */
const LOOK_FOR_ANYBODY_EVERY_MS = 5_000;

/** What a queue works with; see SessionContext. */
interface FetchContext {
  lease: Lease;
  stores: { contacts: ContactsService; fetches: ProfileFetchesRepository };
  budget: FetchBudget;
  pause: FetchPause;
  scheduler: FetchScheduler;
}

/**
 * Fetches about, picture, business name and identity key of an account's people, over one connection, for as long as
 * it is open. Whose turn it is stands in the database, and each person is ticked off there in the transaction that
 * saves what was fetched: after a kill, only those of the batch just asked about are asked about again.
 */
export class ProfileFetchQueue implements FetchQueue {
  private readonly logger = new Logger(ProfileFetchQueue.name);
  private readonly closing = new AbortController();
  private readonly fetcher: ProfileFetcher;
  /** The scheduler serves all sessions; what it starts here belongs to this one. */
  private readonly origin = new AsyncResource('ProfileFetchQueue');
  private restsUntilMs = 0;
  private looksForAnybodyAtMs = 0;

  constructor(
    private readonly owner: AddressBookOwner,
    connection: ProfileConnection,
    private readonly context: FetchContext,
  ) {
    this.fetcher = new ProfileFetcher(connection, this.closing.signal);
  }

  get accountId(): number {
    return this.owner.accountId;
  }

  /** The connection is open. */
  async start(): Promise<void> {
    await this.context.pause.load();
    if (!this.closing.signal.aborted) this.context.scheduler.add(this);
  }

  /** The connection is gone. */
  close(): void {
    this.closing.abort();
    this.context.scheduler.remove(this);
  }

  wants(): Due | null {
    const nowMs = performance.now();
    if (nowMs < this.restsUntilMs) return null;
    const { budget, pause } = this.context;
    const allowed = this.origin.runInAsyncScope(() => pause.look());
    if (allowed === 'nobody') return null;
    if (allowed === 'anybody' && nowMs >= this.looksForAnybodyAtMs && budget.forAnybody > 0) return 'anybody';
    return budget.forRequested > 0 ? 'requested' : null;
  }

  nobodyDue(): void {
    this.looksForAnybodyAtMs = performance.now() + LOOK_FOR_ANYBODY_EVERY_MS;
  }

  async fetchDue(): Promise<void> {
    await this.origin.runInAsyncScope(async () => {
      try {
        await this.fetchBatch();
      } catch (error) {
        if (!this.closing.signal.aborted) await this.recover(error);
      }
    });
  }

  private async fetchBatch(): Promise<void> {
    const { budget, pause, stores } = this.context;
    const batch = pause.look() === 'anybody' ? budget.forAnybody : 0;
    const onlyRequested = batch === 0;
    const limit = onlyRequested ? budget.forRequested : batch;
    const people = limit > 0 ? await stores.fetches.takeDue(this.accountId, limit, { onlyRequested }) : [];
    if (people.length > 0) await this.fetch(people.flatMap(personOf));
  }

  private async fetch(people: (Person & { id: string })[]): Promise<void> {
    const { budget, lease, stores } = this.context;
    budget.spend(people.length);
    const profiles = await this.fetcher.fetchProfiles(people);
    for (const person of people) {
      const profile = profiles.get(person.address);
      const picture = await this.fetcher.fetchPicture({ ...person, lid: person.lid ?? profile?.lid ?? null });
      this.closing.signal.throwIfAborted();
      await lease.transaction(async (tx) => {
        await stores.contacts.apply(tx, this.owner, changesOf(person.address, profile, picture));
        await stores.fetches.finish(tx, this.accountId, [person.id]);
      });
    }
  }

  private async recover(error: unknown): Promise<void> {
    const { budget, pause } = this.context;
    const code = error instanceof RateLimited ? 429 : iqErrorCode(error);
    const { message } = error as Error;
    if (!(error instanceof LeaseLost)) this.logger.warn(`Fetching profiles later: ${message}`);
    if (code === null) {
      this.restsUntilMs = performance.now() + RETRY_AFTER_MS;
      return;
    }
    const why = code === 429 ? 'WhatsApp asks for fewer requests' : `WhatsApp refuses the request (${code})`;
    await pause.pauseFor(budget.slowDown(), why).catch((failure: unknown) => {
      this.logger.warn(`Cannot report a pause: ${(failure as Error).message}`);
    });
  }
}

/** Asked for by number, where it is known. */
function personOf({ id, jid, lid, pictureId }: DuePerson): (Person & { id: string })[] {
  const address = jid ?? lid;
  return address ? [{ id, address, lid, pictureId }] : [];
}
