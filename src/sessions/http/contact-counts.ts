import { Injectable } from '@nestjs/common';
import {
  type FetchProgress,
  ProfileFetchesRepository,
} from '../../contacts/fetches/profile-fetches.repository.js';
import { ContactsRepository } from '../../contacts/read/contacts.repository.js';

export interface Counts {
  contacts: number;
  profiles: FetchProgress;
}

/** What was counted stands for so many times as long as the counting took: it never takes more than a twentieth of the time. */
const STANDS_FOR = 20;

interface Counted {
  counts: Promise<Counts>;
  standsUntilMs: number;
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

  of(accountId: number): Promise<Counts> {
    const known = this.counted.get(accountId);
    if (known && performance.now() < known.standsUntilMs) return known.counts;
    const counted: Counted = { counts: this.count(accountId), standsUntilMs: Infinity };
    this.counted.set(accountId, counted);
    const startedMs = performance.now();
    counted.counts.then(
      () => {
        const endedMs = performance.now();
        counted.standsUntilMs = endedMs + STANDS_FOR * (endedMs - startedMs);
      },
      () => this.counted.delete(accountId),
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
