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
import { Log } from '../../kernel/logging/log.js';
import type { OutgoingProxies } from '../../kernel/network/outgoing-proxies.js';
import type { Lease } from '../lease/lease.js';
import { LeaseLost } from '../lease/lease-lost.js';
import { iqErrorCode, TOO_MANY_REQUESTS } from '../wire/iq-error.js';
import type { FetchBudget } from './fetch-budget.js';
import type { FetchPause, PauseReason } from './fetch-pause.js';
import type { FetchQueue, FetchScheduler } from './fetch-scheduler.js';
import type { ProfileConnection } from './profile-connection.js';
import { RateLimited } from './profile-errors.js';
import {
  changesOf,
  type FetchedProfile,
  type FetchTarget,
  MAX_UNANSWERED,
  PicturesUnanswered,
  ProfileFetcher,
} from './profile-fetcher.js';
import type { Profile } from './profile-query.js';

/** Delay after an error of the connection or the database. */
const RETRY_DELAY_MS = 10_000;
/** Minimum time between two checks of a lane that was empty. */
const RECHECK_AFTER_MS: Record<FetchLane, number> = { requested: 0, pictures: 1_000, batch: 2_000 };
/** Larger responses take long to create and to read, and are lost as a whole. */
const MAX_CONTACTS_PER_QUERY = 50;
/** Minimum time between the queries of a batch. The maximum is twice as long. */
const QUERY_INTERVAL_MS = 2_000;
/** Pause after picture queries without a response. */
const UNANSWERED_PAUSE_MS = 60 * 60_000;

type DueProfile = FetchTarget & Pick<DueContact, 'id' | 'pictureState'>;

interface Fetched {
  target: DueProfile;
  profile: FetchedProfile | undefined;
  picture: Picture | null;
}

/** The part of SessionContext that is used here. */
interface FetchContext {
  lease: Lease;
  stores: { contacts: ContactsService; fetches: ProfileFetchesRepository };
  budget: FetchBudget;
  pause: FetchPause;
  proxies: OutgoingProxies;
  scheduler: FetchScheduler;
  /** Contacts per background batch. */
  batchSize: number;
}

/**
 * Fetches about text, picture, business name, user name and identity key of an account's contacts, over one connection.
 * The queue is in the database. A contact leaves it in the transaction that saves the results, so a kill repeats at
 * most the current query.
 */
export class ProfileFetchQueue implements FetchQueue {
  private readonly log = new Log(ProfileFetchQueue.name);
  private readonly closing = new AbortController();
  private readonly fetcher: ProfileFetcher;
  /** Restores the log context of this session when the scheduler, which serves all sessions, calls. */
  private readonly origin = new AsyncResource('ProfileFetchQueue');
  private retryAtMs = 0;
  /** Contacts that the current batch may still fetch; 0 if there is no current batch. */
  private batchRemaining = 0;
  /** Time of the next check of each lane. */
  private readonly recheckAtMs: Record<FetchLane, number> = { requested: 0, pictures: 0, batch: 0 };

  constructor(
    private readonly owner: AddressBookOwner,
    connection: ProfileConnection,
    private readonly context: FetchContext,
  ) {
    this.fetcher = new ProfileFetcher(connection, context.proxies, this.closing.signal);
  }

  get accountId(): number {
    return this.owner.accountId;
  }

  /** Starts fetching. Call it when the connection is open and the pause is loaded. */
  start(): void {
    if (!this.closing.signal.aborted) this.context.scheduler.add(this);
  }

  /** Stops fetching for good, because the connection has ended. */
  close(): void {
    this.closing.abort();
    this.context.scheduler.remove(this);
  }

  openLanes(): FetchLane[] {
    const nowMs = performance.now();
    if (nowMs < this.retryAtMs) return [];
    const { budget, pause } = this.context;
    const allowed = this.origin.runInAsyncScope(() => pause.check());
    if (allowed === 'none') return [];
    const lanes: FetchLane[] = [];
    if (budget.forRequested > 0) lanes.push('requested');
    if (budget.forPictures > 0 && nowMs >= this.recheckAtMs.pictures) lanes.push('pictures');
    if (allowed === 'batch' && nowMs >= this.recheckAtMs.batch) lanes.push('batch');
    return lanes;
  }

  noneDue(lane: FetchLane): void {
    this.recheckAtMs[lane] = performance.now() + RECHECK_AFTER_MS[lane];
    if (lane === 'batch' && this.batchRemaining > 0) void this.endBatch();
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

  /** Fetches requested contacts, including their pictures. */
  private async fetchRequested(): Promise<void> {
    const { budget, stores } = this.context;
    const due = await stores.fetches.takeDue(this.accountId, budget.forRequested, { onlyRequested: true });
    const targets = due.flatMap(targetOf);
    if (targets.length === 0) return;
    budget.spend(targets.length);
    const profiles = await this.fetcher.fetchProfiles(targets);
    for (const target of targets) {
      const profile = profiles.get(target.address);
      const picture = await this.pictureNow(target, profile);
      await this.save([{ target, profile, picture }]);
    }
  }

  /**
   * Sends one query of a batch. Changed pictures are marked, and fetched one by one later. The last query starts the
   * pause until the next batch, in the transaction that saves its results.
   */
  private async fetchBatch(): Promise<void> {
    const { batchSize, pause, stores } = this.context;
    const allowed = this.batchRemaining || batchSize;
    const limit = Math.min(allowed, MAX_CONTACTS_PER_QUERY);
    const targets = (await stores.fetches.takeDue(this.accountId, limit)).flatMap(targetOf);
    if (targets.length === 0) return;
    const profiles = await this.fetcher.fetchProfiles(targets);
    const hasPictures = [...profiles.values()].some(({ picture }) => picture !== null);
    const fetched = targets.map((target) => {
      const profile = profiles.get(target.address);
      return { target, profile, picture: pictureLater(target, profile, hasPictures) };
    });
    const remaining = targets.length < limit ? 0 : allowed - targets.length;
    if (remaining > 0) await this.save(fetched);
    else await pause.endBatch((write) => this.save(fetched, write));
    this.batchRemaining = remaining;
    this.recheckAtMs.batch = performance.now() + QUERY_INTERVAL_MS * (1 + Math.random());
    this.log.debug({ contacts: targets.length }, 'Profiles fetched');
  }

  /** Ends a batch whose last query was full, so that it did not end the batch itself. */
  private async endBatch(): Promise<void> {
    const { lease, pause } = this.context;
    this.batchRemaining = 0;
    await pause
      .endBatch((write) => lease.transaction(write))
      .catch((err: unknown) => this.log.warn({ err }, 'Saving time of next batch failed'));
  }

  /** Takes pictures one by one, because one that is taken but not fetched is due again only after a day. */
  private async fetchPictures(): Promise<void> {
    const { budget, stores } = this.context;
    for (let remaining = budget.forPictures; remaining > 0; remaining -= 1) {
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
      // If the picture has changed again in the meantime, the fetched one may be outdated.
      if (!(await stores.fetches.isLatest(tx, this.accountId, id))) return;
      await stores.contacts.apply(tx, this.owner, { pictures: [picture] });
    });
  }

  private async save(fetched: Fetched[], also?: (tx: Transaction) => Promise<void>): Promise<void> {
    const { lease, stores } = this.context;
    this.closing.signal.throwIfAborted();
    await lease.transaction(async (tx) => {
      const changes = fetched.map(({ target, profile, picture }) => ({
        ...changesOf(target.address, profile),
        pictures: picture ? [picture] : [],
      }));
      await stores.contacts.apply(tx, this.owner, joinChanges(changes));
      const idsOf = (hasProfile: boolean) =>
        fetched.flatMap(({ target, profile }) => ((profile !== undefined) === hasProfile ? [target.id] : []));
      await stores.fetches.finish(tx, this.accountId, idsOf(true));
      await stores.fetches.postpone(tx, this.accountId, idsOf(false));
      await also?.(tx);
    });
  }

  /** Fetches the picture of a requested contact. If that is not possible now, it is marked to be fetched later. */
  private async pictureNow(target: DueProfile, profile: Profile | undefined): Promise<Picture | null> {
    const { address, pictureId } = target;
    const hint = profile?.picture;
    if (hint && hint.state !== 'present') return { address, state: hint.state };
    if (hint && hint.id === pictureId) return { address, state: 'unchanged' };
    const lid = target.lid ?? profile?.lid ?? null;
    const picture = await this.fetcher.fetchPicture({ address, lid, pictureId });
    return picture ?? (hint ? { address, state: 'changed', id: hint.id } : null);
  }

  private async recover(err: unknown): Promise<void> {
    if (err instanceof PicturesUnanswered)
      return this.pauseFor(UNANSWERED_PAUSE_MS, {
        code: 'unanswered',
        message: `WhatsApp has not answered ${MAX_UNANSWERED} requests for pictures in a row.`,
      });
    if (!(err instanceof LeaseLost)) this.log.warn({ err }, 'Fetching profiles failed');
    const code = err instanceof RateLimited ? TOO_MANY_REQUESTS : iqErrorCode(err);
    if (code === null) {
      this.retryAtMs = performance.now() + RETRY_DELAY_MS;
      return;
    }
    await this.pauseFor(
      this.context.budget.slowDown(),
      code === TOO_MANY_REQUESTS
        ? { code: 'rate_limited', message: 'WhatsApp requires fewer requests (429).' }
        : { code: 'refused', message: `WhatsApp has refused a request for profiles (${code}).` },
    );
  }

  private async pauseFor(ms: number, reason: PauseReason): Promise<void> {
    await this.context.pause
      .pauseUntil(new Date(Date.now() + ms), reason)
      .catch((err: unknown) => this.log.warn({ err, code: reason.code }, 'Saving fetch pause failed'));
  }
}

/** Contacts are fetched by number if it is known, otherwise by LID. */
function targetOf({ jid, lid, ...contact }: DueContact): DueProfile[] {
  const address = jid ?? lid;
  return address ? [{ ...contact, address, lid }] : [];
}

/**
 * Returns the change of a contact's picture in a batch. If the response contains no pictures at all, or none of a
 * contact whose picture is unknown, it is marked to be fetched.
 */
function pictureLater(
  { address, pictureId, pictureState }: DueProfile,
  profile: Profile | undefined,
  hasPictures: boolean,
): Picture | null {
  if (!profile) return null;
  const { picture } = profile;
  if (picture?.state === 'present') {
    return picture.id === pictureId ? null : { address, state: 'changed', id: picture.id };
  }
  if (picture) return { address, state: picture.state };
  return hasPictures && pictureState !== null ? null : { address, state: 'changed', id: null };
}
