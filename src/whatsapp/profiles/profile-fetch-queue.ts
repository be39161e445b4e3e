import { Logger } from '@nestjs/common';
import { AsyncResource } from 'node:async_hooks';
import type {
  DueContact,
  DuePicture,
  FetchLane,
  ProfileFetchesRepository,
} from '../../contacts/fetches/profile-fetches.repository.js';
import { type AddressBookOwner, joinChanges, type Picture } from '../../contacts/write/contact-changes.js';
import type { ContactsService } from '../../contacts/write/contacts.service.js';
import type { Transaction } from '../../database/transaction.js';
import { LeaseLost } from '../lease/lease-lost.js';
import type { Lease } from '../lease/lease.js';
import { iqErrorCode } from '../wire/iq-error.js';
import type { FetchBudget } from './fetch-budget.js';
import type { FetchPause } from './fetch-pause.js';
import type { FetchQueue, FetchScheduler } from './fetch-scheduler.js';
import { RateLimited } from './profile-errors.js';
import { changesOf, type Person, PicturesUnanswered, ProfileFetcher } from './profile-fetcher.js';
import type { ProfileConnection } from './profile-connection.js';
import type { Profile } from './profile-query.js';

/** After the connection or the database has failed. */
const RETRY_AFTER_MS = 10_000;
/** Whether anybody is due for whom nobody waits is asked no more often than this. */
const LOOK_AGAIN_AFTER_MS: Record<FetchLane, number> = { requested: 0, pictures: 1_000, batch: 2_000 };
/** A larger answer takes long to make and to read, and is lost as a whole. */
const MAX_PEOPLE_PER_QUERY = 50;
/** Between the queries of a batch, up to twice as long. */
const QUERIES_APART_MS = 2_000;
/** After WhatsApp has left requests without an answer. */
const UNANSWERED_PAUSE_MS = 60 * 60_000;

type DueProfile = Person & Pick<DueContact, 'id' | 'pictureState'>;

interface Fetched {
  person: DueProfile;
  profile: Profile | undefined;
  picture: Picture | null;
}

/** What a queue works with; see SessionContext. */
interface FetchContext {
  lease: Lease;
  stores: { contacts: ContactsService; fetches: ProfileFetchesRepository };
  budget: FetchBudget;
  pause: FetchPause;
  scheduler: FetchScheduler;
  /** People that a batch asks about in the background. */
  batchSize: number;
}

/**
 * Fetches about, picture, business name, user name and identity key of an account's people, over one connection, for as long
 * as it is open. Whose turn it is stands in the database, and each person is ticked off there in the transaction that
 * saves what was fetched: after a kill, only those of the query just made are asked about again.
 */
export class ProfileFetchQueue implements FetchQueue {
  private readonly logger = new Logger(ProfileFetchQueue.name);
  private readonly closing = new AbortController();
  private readonly fetcher: ProfileFetcher;
  /** The scheduler serves all sessions; what it starts here belongs to this one. */
  private readonly origin = new AsyncResource('ProfileFetchQueue');
  private restsUntilMs = 0;
  /** People that the batch under way may still ask about; 0: none is under way. */
  private batchLeft = 0;
  /** When it is worth looking again for people for whom nobody waits. */
  private readonly looksAtMs: Record<FetchLane, number> = { requested: 0, pictures: 0, batch: 0 };

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

  /** Whether the connection is open and the pause is loaded. */
  start(): void {
    if (!this.closing.signal.aborted) this.context.scheduler.add(this);
  }

  /** The connection is gone. */
  close(): void {
    this.closing.abort();
    this.context.scheduler.remove(this);
  }

  wants(): FetchLane[] {
    const nowMs = performance.now();
    if (nowMs < this.restsUntilMs) return [];
    const { budget, pause } = this.context;
    const allowed = this.origin.runInAsyncScope(() => pause.look());
    if (allowed === 'nobody') return [];
    const lanes: FetchLane[] = [];
    if (budget.forRequested > 0) lanes.push('requested');
    if (budget.forPictures > 0 && nowMs >= this.looksAtMs.pictures) lanes.push('pictures');
    if (allowed === 'batch' && nowMs >= this.looksAtMs.batch) lanes.push('batch');
    return lanes;
  }

  nobodyDue(lane: FetchLane): void {
    this.looksAtMs[lane] = performance.now() + LOOK_AGAIN_AFTER_MS[lane];
    if (lane === 'batch' && this.batchLeft > 0) void this.endBatch();
  }

  async fetchDue(lane: FetchLane): Promise<void> {
    await this.origin.runInAsyncScope(async () => {
      try {
        if (lane === 'requested') await this.fetchRequested();
        else if (lane === 'pictures') await this.fetchPictures();
        else await this.fetchBatch();
      } catch (error) {
        if (!this.closing.signal.aborted) await this.recover(error);
      }
    });
  }

  /** Somebody waits for these people, so that their pictures are asked for at once. */
  private async fetchRequested(): Promise<void> {
    const { budget, stores } = this.context;
    const due = await stores.fetches.takeDue(this.accountId, budget.forRequested, { onlyRequested: true });
    const people = due.flatMap(personOf);
    if (people.length === 0) return;
    budget.spend(people.length);
    const profiles = await this.fetcher.fetchProfiles(people);
    for (const person of people) {
      const profile = profiles.get(person.address);
      const picture = await this.pictureNow(person, profile);
      await this.save([{ person, profile, picture }]);
    }
  }

  /**
   * One query of a batch; pictures that have changed are noted, and asked for one by one later. The pause until the next batch
   * begins with the last query, in the transaction that saves what it told.
   */
  private async fetchBatch(): Promise<void> {
    const { batchSize, pause, stores } = this.context;
    const left = this.batchLeft || batchSize;
    const limit = Math.min(left, MAX_PEOPLE_PER_QUERY);
    const people = (await stores.fetches.takeDue(this.accountId, limit)).flatMap(personOf);
    if (people.length === 0) return;
    const profiles = await this.fetcher.fetchProfiles(people);
    const tellsPictures = [...profiles.values()].some(({ picture }) => picture !== null);
    const fetched = people.map((person) => {
      const profile = profiles.get(person.address);
      return { person, profile, picture: pictureLater(person, profile, tellsPictures) };
    });
    const remaining = people.length < limit ? 0 : left - people.length;
    if (remaining > 0) await this.save(fetched);
    else await pause.batchMade((write) => this.save(fetched, write));
    this.batchLeft = remaining;
    this.looksAtMs.batch = performance.now() + QUERIES_APART_MS * (1 + Math.random());
    this.logger.debug(`Profiles fetched: ${people.length}`);
  }

  /** The batch has ended with a query that was full. */
  private async endBatch(): Promise<void> {
    const { lease, pause } = this.context;
    this.batchLeft = 0;
    await pause
      .batchMade((write) => lease.transaction(write))
      .catch((error: unknown) =>
        this.logger.warn(`The pause until the next batch is not kept: ${(error as Error).message}`),
      );
  }

  /** One by one: what is taken, and not asked for because of a kill, waits for a day. */
  private async fetchPictures(): Promise<void> {
    const { budget, stores } = this.context;
    for (let left = budget.forPictures; left > 0; left -= 1) {
      const [due] = await stores.fetches.takePictures(this.accountId, 1);
      if (!due) return;
      budget.spend(1);
      await this.fetchPicture(due);
    }
  }

  private async fetchPicture({ id, jid, lid, pictureId }: DuePicture): Promise<void> {
    const { lease, stores } = this.context;
    const address = jid ?? lid;
    if (!address) return;
    const picture = await this.fetcher.fetchPicture({ address, lid, pictureId });
    this.closing.signal.throwIfAborted();
    if (!picture) return;
    await lease.transaction(async (tx) => {
      // Told to have changed again meanwhile: what was fetched may be the one before.
      if (!(await stores.fetches.isLatest(tx, this.accountId, id))) return;
      await stores.contacts.apply(tx, this.owner, { pictures: [picture] });
    });
  }

  private async save(fetched: Fetched[], also?: (tx: Transaction) => Promise<void>): Promise<void> {
    const { lease, stores } = this.context;
    this.closing.signal.throwIfAborted();
    await lease.transaction(async (tx) => {
      const changes = fetched.map(({ person, profile, picture }) => ({
        ...changesOf(person.address, profile),
        pictures: picture ? [picture] : [],
      }));
      await stores.contacts.apply(tx, this.owner, joinChanges(changes));
      const idsOf = (isAnswered: boolean) =>
        fetched.flatMap(({ person, profile }) => ((profile !== undefined) === isAnswered ? [person.id] : []));
      await stores.fetches.finish(tx, this.accountId, idsOf(true));
      await stores.fetches.postpone(tx, this.accountId, idsOf(false));
      await also?.(tx);
    });
  }

  /** The picture of a person for whom somebody waits. One that cannot be had now is asked for again later. */
  private async pictureNow(person: DueProfile, profile: Profile | undefined): Promise<Picture | null> {
    const { address, pictureId } = person;
    const told = profile?.picture;
    if (told && told.state !== 'present') return { address, state: told.state };
    if (told && told.id === pictureId) return { address, state: 'unchanged' };
    const lid = person.lid ?? profile?.lid ?? null;
    const picture = await this.fetcher.fetchPicture({ address, lid, pictureId });
    return picture ?? (told ? { address, state: 'changed', id: told.id } : null);
  }

  private async recover(error: unknown): Promise<void> {
    const { budget } = this.context;
    const { message } = error as Error;
    if (error instanceof PicturesUnanswered) return this.pauseFor(UNANSWERED_PAUSE_MS, message);
    const code = error instanceof RateLimited ? 429 : iqErrorCode(error);
    if (!(error instanceof LeaseLost)) this.logger.warn(`Fetching profiles later: ${message}`);
    if (code === null) {
      this.restsUntilMs = performance.now() + RETRY_AFTER_MS;
      return;
    }
    const why = code === 429 ? 'WhatsApp asks for fewer requests' : `WhatsApp refuses the request (${code})`;
    await this.pauseFor(budget.slowDown(), why);
  }

  private async pauseFor(ms: number, why: string): Promise<void> {
    await this.context.pause.pauseFor(ms, why).catch((failure: unknown) => {
      this.logger.warn(`Cannot report a pause: ${(failure as Error).message}`);
    });
  }
}

/** Asked for by number, where it is known. */
function personOf({ jid, lid, ...person }: DueContact): DueProfile[] {
  const address = jid ?? lid;
  return address ? [{ ...person, address, lid }] : [];
}

/**
 * What a batch tells of a person's picture. Where it does not speak of pictures at all, or of a person of whom nothing is
 * known yet, they are asked for one by one.
 */
function pictureLater(
  { address, pictureId, pictureState }: DueProfile,
  profile: Profile | undefined,
  tellsPictures: boolean,
): Picture | null {
  if (!profile) return null;
  const { picture } = profile;
  if (picture?.state === 'present') {
    return picture.id === pictureId ? null : { address, state: 'changed', id: picture.id };
  }
  if (picture) return { address, state: picture.state };
  return tellsPictures && pictureState !== null ? null : { address, state: 'changed', id: null };
}
