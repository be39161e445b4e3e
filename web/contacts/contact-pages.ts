import { signal } from '@preact/signals';
import { noteError } from '../api/access.js';
import { ApiError } from '../api/api-error.js';
import { answer, api } from '../api/client.js';
import type { ContactDetails, ContactIndex } from '../api/types.js';
import type { ListQuery } from '../route.js';
import { beginningOf } from './changed-since.js';

/** A small beginning appears immediately. */
const FIRST_ROWS = 40;
/** Rows between two cursors of the index. */
const BLOCK_ROWS = 200;
/** Rows that are read ahead. Results of a partial search are replaced before anyone scrolls through them. */
const AHEAD_ROWS = 20;
/** Blocks in memory: 10,000 contacts. */
const MAX_BLOCKS = 50;
const AFTER_ERROR_MS = 2_000;
/** The service reads the whole list for an index, so an index is not read for every letter of a search. */
const INDEX_AFTER_MS = 700;
const INDEX_EVERY_MS = 5_000;

interface Block {
  items: ContactDetails[];
  /** Whether contacts follow. */
  hasMore: boolean;
  /** Whether this is the beginning of a block only. */
  isBeginning: boolean;
  isStale: boolean;
}

/** A contact, and its row when the index was read. */
interface Located {
  address: string;
  row: number | null;
}

/**
 * The contacts of a session in the order of the list. Reads the rows that are displayed, wherever they are: an index
 * contains the number of contacts, where each initial begins, and a cursor for every 200 rows.
 */
export class ContactPages {
  readonly blocks = signal<ReadonlyMap<number, Block>>(new Map());
  readonly index = signal<ContactIndex | null>(null);
  readonly error = signal<ApiError | null>(null);
  private range = { first: 0, last: 0 };
  private wanted: string | null = null;
  private located: Located | null = null;
  private readonly changedSince: string | null;
  private isIndexStale = true;
  private nextIndexAt = performance.now() + INDEX_AFTER_MS;
  private later: ReturnType<typeof setTimeout> | undefined;
  private isLoading = false;
  private readonly aborter = new AbortController();
  private invalidations = 0;

  constructor(
    private readonly session: string,
    readonly query: ListQuery,
  ) {
    this.changedSince = query.changed && beginningOf(query.changed, new Date());
    void this.load();
  }

  get isEmpty(): boolean {
    return this.blocks.value.size === 0;
  }

  /** Number of known rows, and whether these are all. */
  get size(): { rows: number; isWhole: boolean } {
    const first = this.blocks.value.get(0);
    if (first && !first.hasMore) return { rows: first.items.length, isWhole: true };
    const index = this.index.value;
    return index ? { rows: index.count, isWhole: true } : { rows: first?.items.length ?? 0, isWhole: false };
  }

  row(index: number): ContactDetails | null {
    return this.blocks.value.get(Math.floor(index / BLOCK_ROWS))?.items[index % BLOCK_ROWS] ?? null;
  }

  /** @returns the row of a contact; null if it is not known */
  indexOf(address: string): number | null {
    for (const [block, { items }] of this.blocks.value) {
      const at = items.findIndex(({ phone, lid }) => phone === address || lid === address);
      if (at >= 0) return block * BLOCK_ROWS + at;
    }
    return this.located?.address === address ? this.located.row : null;
  }

  /** Finds the row of a contact. */
  reach(address: string): void {
    this.wanted = address;
    this.isIndexStale = true;
    this.nextIndexAt = 0;
    void this.load();
  }

  /** Reads the rows that are visible. */
  show(first: number, last: number): void {
    this.range = { first, last };
    void this.load();
  }

  /** Reads rows that are not visible. */
  async read(first: number, last: number): Promise<void> {
    try {
      for (const at of blocksOf(first, last)) if (this.isMissing(at, last)) await this.readBlock(at);
    } catch (error) {
      if (this.isClosed) return;
      noteError(error);
      this.error.value = error as ApiError;
    }
  }

  /** Called after a change: reads the visible rows again, and the others when they become visible. */
  invalidate(): void {
    this.invalidations++;
    this.isIndexStale = true;
    this.blocks.value = new Map(
      [...this.blocks.value].map(([at, block]) => [at, { ...block, isStale: true }]),
    );
    void this.load();
  }

  close(): void {
    this.aborter.abort();
    clearTimeout(this.later);
  }

  private get isClosed(): boolean {
    return this.aborter.signal.aborted;
  }

  private async load(): Promise<void> {
    if (this.isLoading) return;
    this.isLoading = true;
    for (let next = this.next(); next && !this.isClosed; next = this.next()) {
      try {
        await next();
        this.error.value = null;
      } catch (error) {
        if (this.isClosed) return;
        noteError(error);
        this.error.value = error as ApiError;
        await new Promise((resolve) => setTimeout(resolve, AFTER_ERROR_MS));
      }
    }
    this.isLoading = false;
  }

  /** @returns the next read; null if all visible rows are there */
  private next(): (() => Promise<void>) | null {
    const block = this.nextBlock();
    if (block !== null) return () => this.readBlock(block);
    if (!this.isIndexStale || !this.blocks.value.get(0)?.hasMore) return null;
    const waitMs = this.nextIndexAt - performance.now();
    if (waitMs <= 0) return () => this.readIndex();
    clearTimeout(this.later);
    this.later = setTimeout(() => void this.load(), waitMs);
    return null;
  }

  /** @returns the first visible block that has to be read; null if there is none, or its cursor is not known */
  private nextBlock(): number | null {
    const lastRow = Math.max(0, Math.min(this.range.last + AHEAD_ROWS, this.size.rows - 1));
    const firstRow = Math.min(lastRow, Math.max(0, this.range.first - AHEAD_ROWS));
    return blocksOf(firstRow, lastRow).find((at) => this.isMissing(at, lastRow)) ?? null;
  }

  /** Whether a block has to be read, and can be. */
  private isMissing(at: number, lastRow: number): boolean {
    const block = this.blocks.value.get(at);
    const isThere = block && !block.isStale && !(block.isBeginning && lastRow >= block.items.length);
    return !isThere && (at === 0 || this.index.value?.cursors[at - 1] !== undefined);
  }

  private async readBlock(at: number): Promise<void> {
    const cursor = at === 0 ? undefined : this.index.value?.cursors[at - 1];
    const isBeginning = at === 0 && this.index.value === null;
    const { invalidations } = this;
    const { items, next_cursor: next } = await answer(
      api.GET('/sessions/{session}/contacts', {
        params: {
          path: { session: this.session },
          query: {
            limit: isBeginning ? FIRST_ROWS : BLOCK_ROWS,
            ...(cursor && { cursor }),
            ...this.parameters,
          },
        },
        signal: this.aborter.signal,
      }),
    );
    const isStale = invalidations !== this.invalidations;
    const block = { items, hasMore: next !== null, isBeginning, isStale };
    this.blocks.value = this.withoutDistant(new Map([...this.blocks.value, [at, block]]));
  }

  private async readIndex(): Promise<void> {
    const { wanted } = this;
    this.isIndexStale = false;
    const index = await answer(
      api.GET('/sessions/{session}/contacts/index', {
        params: {
          path: { session: this.session },
          query: { ...(wanted !== null && { contact: wanted }), ...this.parameters },
        },
        signal: this.aborter.signal,
      }),
    ).catch((error: unknown) => {
      this.isIndexStale = true;
      // The address of the page can contain anything instead of a contact.
      if (wanted === null || !(error instanceof ApiError) || error.status !== 400) throw error;
      this.wanted = null;
      return null;
    });
    if (!index) return;
    this.nextIndexAt = performance.now() + INDEX_EVERY_MS;
    if (wanted !== null) this.located = { address: wanted, row: index.row };
    if (wanted === this.wanted) this.wanted = null;
    this.index.value = index;
  }

  private withoutDistant(blocks: Map<number, Block>): Map<number, Block> {
    if (blocks.size <= MAX_BLOCKS) return blocks;
    const here = Math.floor(this.range.first / BLOCK_ROWS);
    const byDistance = [...blocks].sort(([a], [b]) => Math.abs(a - here) - Math.abs(b - here));
    const near = new Map(byDistance.slice(0, MAX_BLOCKS));
    // Its end decides whether there are more.
    const first = blocks.get(0);
    return first ? near.set(0, first) : near;
  }

  private get parameters() {
    return {
      sort: this.query.recent ? ('updated' as const) : ('name' as const),
      ...filterOf(this.query, this.changedSince),
    };
  }
}

/** @returns the numbers of the blocks that contain these rows */
function blocksOf(firstRow: number, lastRow: number): number[] {
  const [first, last] = [Math.floor(firstRow / BLOCK_ROWS), Math.floor(lastRow / BLOCK_ROWS)];
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
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
