import { Injectable } from '@nestjs/common';
import type { AccountTx } from './account-tx.js';
import type { RowMove } from './profile-moves.repository.js';

/** Records merges, so that the IDs of former contacts lead to the remaining ones for as long as the account exists. */
@Injectable()
export class MergedContactsRepository {
  /** @param moves from the deleted rows to those that they became part of */
  async add(tx: AccountTx, moves: RowMove[]): Promise<void> {
    if (moves.length === 0) return;
    await tx.query(
      `INSERT INTO merged_contact (account_id, id, merged_into)
       SELECT $1, source, target FROM unnest($2::bigint[], $3::bigint[]) AS m (source, target)`,
      [moves.map(({ from }) => from), moves.map(({ to }) => to)],
    );
  }
}
