import { signal } from '@preact/signals';
import { noteError } from '../api/access.js';
import type { ApiError } from '../api/api-error.js';
import { answer, api } from '../api/client.js';
import type { ContactDetails } from '../api/types.js';
import type { ListQuery } from '../route.js';
import { beginningOf } from './changed-since.js';

/** Small first pages appear immediately. Later pages are larger, for users who scroll far. */
const FIRST_LIMIT = 40;
const NEAR_LIMIT = 200;
const FAR_LIMIT = 1_000;
const FAR_ROWS = 400;
/** Rows that are read ahead. Results of a partial search are replaced before anyone scrolls through them. */
const AHEAD_ROWS = 20;
/** Rows that are read to find a contact by its address. */
const MAX_REACHED_ROWS = 30_000;
const AFTER_ERROR_MS = 2_000;

interface Page {
  /** The position in the order where the page begins. It stays valid when contacts are added or removed. */
  cursor: string | null;
  limit: number;
  items: ContactDetails[];
  /** Position of the next page; null for the last page. */
  next: string | null;
  isStale: boolean;
}

/** The contacts of a session, sorted by name. Loads only the pages that are displayed. */
export class ContactPages {
  readonly pages = signal<readonly Page[]>([]);
  readonly error = signal<ApiError | null>(null);
  private range = { first: 0, last: 0 };
  /** Address of a contact. Pages are read until one contains it. */
  private wanted: string | null = null;
  private readonly changedSince: string | null;
  private isLoading = false;
  private isClosed = false;
  private invalidations = 0;

  constructor(
    private readonly session: string,
    private readonly query: ListQuery,
  ) {
    this.changedSince = query.changed && beginningOf(query.changed, new Date());
    void this.load();
  }

  get isEmpty(): boolean {
    return this.pages.value.length === 0;
  }

  /** Number of known rows, and whether there are more. */
  get size(): { rows: number; isWhole: boolean } {
    const pages = this.pages.value;
    const rows = pages.reduce((sum, { items }) => sum + items.length, 0);
    return { rows, isWhole: pages.at(-1)?.next === null };
  }

  row(index: number): ContactDetails | null {
    let from = 0;
    for (const { items } of this.pages.value) {
      if (index < from + items.length) return items[index - from] ?? null;
      from += items.length;
    }
    return null;
  }

  /** @returns the row of a contact; null if it has not been read */
  indexOf(address: string): number | null {
    let from = 0;
    for (const { items } of this.pages.value) {
      const at = items.findIndex(({ phone, lid }) => phone === address || lid === address);
      if (at >= 0) return from + at;
      from += items.length;
    }
    return null;
  }

  /** Reads pages until one contains the contact. Gives up in very long lists. */
  reach(address: string): void {
    this.wanted = address;
    void this.load();
  }

  /** Reads the rows that are visible. */
  show(first: number, last: number): void {
    this.range = { first, last };
    void this.load();
  }

  /** Called after a change: reads the visible pages again, and the others when they become visible. */
  invalidate(): void {
    this.invalidations++;
    this.pages.value = this.pages.value.map((page) => ({ ...page, isStale: true }));
    void this.load();
  }

  close(): void {
    this.isClosed = true;
  }

  private async load(): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    for (let next = this.next(); next !== null && !this.isClosed; next = this.next()) {
      try {
        await this.read(next);
        this.error.value = null;
      } catch (error) {
        noteError(error);
        this.error.value = error as ApiError;
        await new Promise((resolve) => setTimeout(resolve, AFTER_ERROR_MS));
      }
    }
    this.isLoading = false;
  }

  /** @returns the position of the next page to read; null if all visible rows are loaded */
  private next(): number | null {
    const pages = this.pages.value;
    const { first, last } = this.range;
    let from = 0;
    for (const [at, { items, isStale }] of pages.entries()) {
      if (isStale && from <= last && from + items.length >= first) return at;
      from += items.length;
    }
    const isAtEnd = pages.at(-1)?.next === null;
    if (this.wanted !== null && (from >= MAX_REACHED_ROWS || this.indexOf(this.wanted) !== null))
      this.wanted = null;
    if (!isAtEnd && this.wanted !== null) return pages.length;
    return !isAtEnd && last + AHEAD_ROWS >= from ? pages.length : null;
  }

  private async read(at: number): Promise<void> {
    const [before, known] = [this.pages.value[at - 1], this.pages.value[at]];
    const cursor = before?.next ?? null;
    const limit = known?.limit ?? this.limitOf(at);
    const { invalidations } = this;
    const page = await answer(
      api.GET('/sessions/{session}/contacts', {
        params: { path: { session: this.session }, query: this.parameters(limit, cursor) },
      }),
    );
    if (this.isClosed) return;
    const read = {
      cursor,
      limit,
      items: page.items,
      next: page.next_cursor,
      isStale: invalidations !== this.invalidations,
    };
    // The next page starts at the end of this page. If the end has moved, it is read again.
    const rest = known?.next === read.next ? this.pages.value.slice(at + 1) : [];
    this.pages.value = [...this.pages.value.slice(0, at), read, ...rest];
  }

  private limitOf(at: number): number {
    if (at === 0) return FIRST_LIMIT;
    const isFar = this.wanted !== null || this.range.last - this.size.rows > FAR_ROWS;
    return isFar ? FAR_LIMIT : NEAR_LIMIT;
  }

  private parameters(limit: number, cursor: string | null) {
    return {
      sort: 'name' as const,
      limit,
      ...(cursor !== null && { cursor }),
      ...filterOf(this.query, this.changedSince),
    };
  }
}

/** @param changedSince ISO 8601; null: at any time */
export function filterOf({ search, saved, business, noNumber }: ListQuery, changedSince: string | null) {
  return {
    ...(search.trim() && { search: search.trim() }),
    ...(saved && { saved: true }),
    ...(business && { is_business: true }),
    ...(noNumber && { has_phone: false }),
    ...(changedSince !== null && { updated_since: changedSince }),
  };
}
