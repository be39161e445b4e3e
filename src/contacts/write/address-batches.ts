import { type Address, isLid } from '../../kernel/identifiers/address.js';

/** The column of `contact` that an address stands in. */
export type AddressColumn = 'jid' | 'lid';

/** Rows a statement: keeps the arrays, and the time during which nothing else runs, small. */
const MAX_BATCH_ROWS = 5_000;

/** Splits people into those named by number and those named by LID, and each of these into batches. */
export async function forEachBatch<T extends { address: Address }>(
  people: T[],
  write: (column: AddressColumn, batch: T[]) => Promise<void>,
): Promise<void> {
  const jid = people.filter(({ address }) => !isLid(address));
  const lid = people.filter(({ address }) => isLid(address));
  for (const [column, rows] of [
    ['jid', jid],
    ['lid', lid],
  ] as const) {
    for (let start = 0; start < rows.length; start += MAX_BATCH_ROWS) {
      await write(column, rows.slice(start, start + MAX_BATCH_ROWS));
    }
  }
}
