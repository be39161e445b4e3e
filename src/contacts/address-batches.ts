import { type Address, isLid } from '../kernel/identifiers/address.js';

/** The column of `contact` that contains an address. */
export type AddressColumn = 'jid' | 'lid';

/** Rows per statement. Limits the size of parameters, the time that they block the event loop, and that of Postgres. */
const MAX_BATCH_ROWS = 2_000;

/** Splits entries into those with a number and those with a LID, and each of these into batches. */
export async function forEachBatch<T extends { address: Address }>(
  entries: readonly T[],
  write: (column: AddressColumn, batch: T[]) => Promise<void>,
): Promise<void> {
  for (const column of ['jid', 'lid'] as const) {
    const rows = entries.filter(({ address }) => isLid(address) === (column === 'lid'));
    for (let start = 0; start < rows.length; start += MAX_BATCH_ROWS) {
      await write(column, rows.slice(start, start + MAX_BATCH_ROWS));
    }
  }
}
