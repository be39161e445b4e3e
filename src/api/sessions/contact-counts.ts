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

/** How long a count is valid, as a multiple of its duration, so that counting uses at most 1/20 of the time. */
const VALID_FOR = 20;
/** The same if contacts have changed since: at most half of the time. */
const VALID_WHEN_CHANGED_FOR = 1;

interface Counted {
  counts: Promise<Counts>;
  revision: string;
  isSynced: boolean;
  /** Infinity while the count runs. */
  endedMs: number;
  tookMs: number;
}

/** Counts the contacts of accounts. Reuses recent counts, because counting a large account takes more than 100 ms. */
@Injectable()
export class ContactCounts {
  private readonly counted = new Map<number, Counted>();

  constructor(
    private readonly contacts: ContactsRepository,
    private readonly fetches: ProfileFetchesRepository,
  ) {}

  /** Returns the counts of an account. Does not reuse counts from before the first sync was complete. */
  of({ id, revision, syncedAt }: Pick<SessionAccount, 'id' | 'revision' | 'syncedAt'>): Promise<Counts> {
    const isSynced = syncedAt !== null;
    const known = this.counted.get(id);
    if (known?.isSynced === isSynced && isValid(known, revision)) return known.counts;
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

function isValid({ endedMs, tookMs, ...counted }: Counted, revision: string): boolean {
  const factor = counted.revision === revision ? VALID_FOR : VALID_WHEN_CHANGED_FOR;
  return performance.now() < endedMs + factor * tookMs;
}
