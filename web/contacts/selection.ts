import { signal } from '@preact/signals';

/** Maximum of the API for a list of IDs. */
export const MAX_SELECTED = 300;

/** Rows of a list. */
interface Rows {
  /** Identifies the list: another search has other rows. */
  list: object;
  /** @returns the ID of the contact in a row; null if it has not been read */
  idOf(row: number): string | null;
  /** Reads the rows that have not been read. */
  read(first: number, last: number): Promise<void>;
}

/** Contacts that the user has selected, by ID. */
export class Selection {
  /** Null while the list shows no checkboxes. */
  readonly ids = signal<ReadonlySet<string> | null>(null);
  /** Contact that was selected last. A range begins there. */
  private anchor: { list: object; row: number; id: string | null } | null = null;

  start(): void {
    this.ids.value = new Set();
    this.anchor = null;
  }

  stop(): void {
    this.ids.value = null;
  }

  has(id: string): boolean {
    return this.ids.value?.has(id) ?? false;
  }

  /**
   * Selects a contact, or removes it from the selection.
   *
   * @param isRange whether to select all rows from the last selected one to this one, if it is still there
   */
  async toggle(row: number, isRange: boolean, rows: Rows): Promise<void> {
    const { anchor } = this;
    if (isRange && anchor?.list === rows.list && rows.idOf(anchor.row) === anchor.id)
      return this.selectRange(anchor.row, row, rows);
    const ids = new Set(this.ids.value);
    const id = rows.idOf(row);
    if (id !== null && ids.has(id)) ids.delete(id);
    else add(ids, id);
    this.anchor = { list: rows.list, row, id };
    this.ids.value = ids;
  }

  private async selectRange(from: number, to: number, rows: Rows): Promise<void> {
    const [first, last] = [Math.min(from, to), Math.max(from, to)];
    await rows.read(first, Math.min(last, first + MAX_SELECTED - 1));
    // The user has finished the selection meanwhile.
    if (this.ids.value === null) return;
    const ids = new Set(this.ids.value);
    for (let row = first; row <= last && ids.size < MAX_SELECTED; row++) add(ids, rows.idOf(row));
    this.anchor = { list: rows.list, row: to, id: rows.idOf(to) };
    this.ids.value = ids;
  }
}

function add(ids: Set<string>, id: string | null): void {
  if (id !== null && ids.size < MAX_SELECTED) ids.add(id);
}
