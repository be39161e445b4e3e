import { signal } from '@preact/signals';
import { noteError } from '../api/access.js';
import { ApiError, isOutage } from '../api/api-error.js';
import { answer, api } from '../api/client.js';
import type { ContactDetails } from '../api/types.js';

/** Requests are not sent for each letter, because there is one for each account. */
const SETTLE_MS = 150;
/** Contacts that are shown of each account. */
const SHOWN_CONTACTS = 8;
/** The service runs three page requests of a caller at a time. */
const PARALLEL_REQUESTS = 3;

/** Searches that failed because of an outage or too many requests are repeated. */
const RETRY_AFTER_MS = 3_000;
const TEMPORARY: readonly string[] = ['too_busy', 'too_many_at_once', 'key_limited'];

/** Result of one account. */
export interface Hits {
  account: string;
  contacts: readonly ContactDetails[];
  hasMore: boolean;
}

/** Searches all accounts for a name or number. Results appear as they arrive. */
export class AccountSearch {
  /** In the order of the accounts. Only accounts with contacts that match. */
  readonly hits = signal<readonly Hits[]>([]);
  /** By account. */
  readonly failures = signal<ReadonlyMap<string, ApiError>>(new Map());
  readonly isRunning = signal(true);
  private readonly aborter = new AbortController();

  constructor(
    private readonly accounts: readonly string[],
    private readonly search: string,
  ) {
    void this.run();
  }

  stop(): void {
    this.aborter.abort();
  }

  private async run(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const waiting = [...this.accounts];
    const work = async () => {
      for (let account = waiting.shift(); account !== undefined; account = waiting.shift())
        await this.read(account);
    };
    await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, work));
    this.isRunning.value = false;
  }

  /** Reads the results of an account, as soon as that is possible. */
  private async read(account: string): Promise<void> {
    while (!this.aborter.signal.aborted) {
      const failure = await this.tryToRead(account);
      const failures = new Map(this.failures.value);
      if (failure) failures.set(account, failure);
      else failures.delete(account);
      this.failures.value = failures;
      if (!failure || !(isOutage(failure) || TEMPORARY.includes(failure.code))) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
    }
  }

  private async tryToRead(account: string): Promise<ApiError | null> {
    const { signal: aborted } = this.aborter;
    const query = { sort: 'name' as const, limit: SHOWN_CONTACTS, search: this.search };
    try {
      const page = await answer(
        api.GET('/sessions/{session}/contacts', {
          params: { path: { session: account }, query },
          signal: aborted,
        }),
      );
      if (aborted.aborted || page.items.length === 0) return null;
      const hits = { account, contacts: page.items, hasMore: page.next_cursor !== null };
      this.hits.value = [...this.hits.value, hits].toSorted(
        (a, b) => this.accounts.indexOf(a.account) - this.accounts.indexOf(b.account),
      );
      return null;
    } catch (error) {
      if (aborted.aborted || !(error instanceof ApiError)) return null;
      noteError(error);
      // Accounts that were never linked have no contacts. Deleted accounts have none either.
      return EMPTY.has(error.code) ? null : error;
    }
  }
}

const EMPTY: ReadonlySet<string> = new Set(['no_account_linked', 'session_not_found']);
