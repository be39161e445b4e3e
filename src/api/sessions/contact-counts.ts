import { Injectable } from '@nestjs/common';
import {
  type FetchProgress,
  ProfileFetchesRepository,
} from '../../contacts/fetches/profile-fetches.repository.js';
import { ContactsRepository } from '../../contacts/read/contacts.repository.js';
import type { SessionAccount } from '../../sessions/sessions.repository.js';

export interface Counts {
  contacts: number;
  profiles: FetchProgress;
}

/** Of what was counted, how long it is told, as a multiple of the time that the counting took: a twentieth of the time at most. */
const STANDS_FOR = 20;
/** When contacts have changed since: half of the time. */
const STANDS_WHEN_CHANGED_FOR = 1;

interface Counted {
  counts: Promise<Counts>;
  revision: string;
  isSynced: boolean;
  /** Infinite while it is being counted. */
  endedMs: number;
  tookMs: number;
}

/**
 * Counts the contacts of accounts. Of a large one that takes a tenth of a second and more, so who asks at the same time, or soon
 * after, is told the same.
 */
@Injectable()
export class ContactCounts {
  private readonly counted = new Map<number, Counted>();

  constructor(
    private readonly contacts: ContactsRepository,
    private readonly fetches: ProfileFetchesRepository,
  ) {}

  /** Once the first sync is complete, nothing is told that was counted before. */
  of({ id, revision, syncedAt }: Pick<SessionAccount, 'id' | 'revision' | 'syncedAt'>): Promise<Counts> {
    const isSynced = syncedAt !== null;
    const known = this.counted.get(id);
    if (known?.isSynced === isSynced && isStanding(known, revision)) return known.counts;
    const startedMs = performance.now();
    const counted: Counted = { counts: this.count(id), revision, isSynced, endedMs: Infinity, tookMs: 0 };
    this.counted.set(id, counted);
    counted.counts.then(
      () => {
        counted.endedMs = performance.now();
        counted.tookMs = counted.endedMs - startedMs;
      },
      () => this.counted.delete(id),
    );
    return counted.counts;
  }

  private async count(accountId: number): Promise<Counts> {
    const [contacts, profiles] = await Promise.all([
      this.contacts.count(accountId),
      this.fetches.progress(accountId),
    ]);
    return { contacts, profiles };
  }
}

function isStanding({ endedMs, tookMs, ...counted }: Counted, revision: string): boolean {
  const factor = counted.revision === revision ? STANDS_FOR : STANDS_WHEN_CHANGED_FOR;
  return performance.now() < endedMs + factor * tookMs;
}
