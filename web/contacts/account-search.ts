import { signal } from '@preact/signals';
import { noteError } from '../api/access.js';
import { ApiError } from '../api/api-error.js';
import { answer, api } from '../api/client.js';
import type { ContactDetails } from '../api/types.js';

/** Requests are not sent for each letter, because there is one for each account. */
const SETTLE_MS = 150;
/** Contacts that are shown of each account. */
const SHOWN_CONTACTS = 8;
/** The service runs three page requests of a caller at a time. */
const PARALLEL_REQUESTS = 3;

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
  readonly failures = signal<readonly ApiError[]>([]);
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

  private async read(account: string): Promise<void> {
    const { signal: aborted } = this.aborter;
    if (aborted.aborted) return;
    const query = { sort: 'name' as const, limit: SHOWN_CONTACTS, search: this.search };
    try {
      const page = await answer(
        api.GET('/sessions/{session}/contacts', {
          params: { path: { session: account }, query },
          signal: aborted,
        }),
      );
      if (aborted.aborted || page.items.length === 0) return;
      const hits = { account, contacts: page.items, hasMore: page.next_cursor !== null };
      this.hits.value = [...this.hits.value, hits].toSorted(
        (a, b) => this.accounts.indexOf(a.account) - this.accounts.indexOf(b.account),
      );
    } catch (error) {
      noteError(error);
      // Accounts that were never linked have no contacts. Deleted accounts have none either.
      const isEmpty = error instanceof ApiError && EMPTY.has(error.code);
      if (error instanceof ApiError && !isEmpty) this.failures.value = [...this.failures.value, error];
    }
  }
}

const EMPTY: ReadonlySet<string> = new Set(['no_account_linked', 'session_not_found']);
