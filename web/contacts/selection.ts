import { signal } from '@preact/signals';

/** Maximum of the API for a list of IDs. */
export const MAX_SELECTED = 300;

/** Contacts that the user has selected, by ID. */
export class Selection {
  /** Null while the list shows no checkboxes. */
  readonly ids = signal<ReadonlySet<string> | null>(null);
  /** Row that was selected last. A range begins there. */
  private anchor: number | null = null;

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
   * @param isRange whether to select all rows from the last selected one to this one
   * @param idOf returns the ID of the contact in a row; null if it has not been read
   */
  toggle(row: number, isRange: boolean, idOf: (row: number) => string | null): void {
    const ids = new Set(this.ids.value);
    const id = idOf(row);
    if (isRange && this.anchor !== null) {
      const [first, last] = [Math.min(this.anchor, row), Math.max(this.anchor, row)];
      for (let at = first; at <= last; at++) add(ids, idOf(at));
    } else if (id !== null && ids.has(id)) ids.delete(id);
    else add(ids, id);
    this.anchor = row;
    this.ids.value = ids;
  }
}

function add(ids: Set<string>, id: string | null): void {
  if (id !== null && ids.size < MAX_SELECTED) ids.add(id);
}
