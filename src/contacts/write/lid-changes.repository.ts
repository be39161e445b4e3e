import { Injectable } from '@nestjs/common';
import type { Jid, Lid } from '../../kernel/identifiers/address.js';
import type { AccountTx } from './account-tx.js';
import type { LidChange } from './contact-changes.js';
import { FormerLidsRepository } from './former-lids.repository.js';
import { LidMappingsRepository } from './lid-mappings.repository.js';
import { MergedContactsRepository } from './merged-contacts.repository.js';
import { ProfileMovesRepository } from './profile-moves.repository.js';

interface LidRow {
  id: string;
  jid: Jid | null;
  lid: Lid;
}

/** Moves all data of contacts to their new LIDs. */
@Injectable()
export class LidChangesRepository {
  constructor(
    private readonly mappings: LidMappingsRepository,
    private readonly ownFacts: ProfileMovesRepository,
    private readonly formerLids: FormerLidsRepository,
    private readonly merged: MergedContactsRepository,
  ) {}

  async apply(tx: AccountTx, changes: LidChange[]): Promise<void> {
    for (const change of changes) {
      const { oldLid, newLid } = change;
      await this.formerLids.remember(tx, change);
      const rows = await tx.query<LidRow[]>(
        'SELECT id, jid, lid FROM contact WHERE account_id = $1 AND lid = ANY ($2::text[])',
        [[oldLid, newLid]],
      );
      const before = rows.find(({ lid }) => lid === oldLid);
      const after = rows.find(({ lid }) => lid === newLid);
      if (!before) continue;
      if (!after) await this.rename(tx, before, change);
      // Contacts with two numbers are not merged: either the mapping or the change is wrong.
      else if (!before.jid || !after.jid) await this.merge(tx, { before, after, change });
    }
  }

  private async rename(tx: AccountTx, { id }: LidRow, { newLid, observedAt }: LidChange): Promise<void> {
    await tx.query(
      `UPDATE contact SET lid = $3, mapped_at = CASE WHEN jid IS NOT NULL THEN $4::timestamptz END, updated_at = now()
       WHERE account_id = $1 AND id = $2`,
      [id, newLid, observedAt],
    );
  }

  private async merge(
    tx: AccountTx,
    { before, after, change }: { before: LidRow; after: LidRow; change: LidChange },
  ): Promise<void> {
    const ids = [before.id, after.id];
    await tx.query(
      `UPDATE contact t SET lid_saved = true, lid_full_name = s.lid_full_name, lid_first_name = s.lid_first_name,
         updated_at = now()
       FROM contact s WHERE s.account_id = $1 AND s.id = $2 AND t.account_id = $1 AND t.id = $3
         AND s.lid_saved AND NOT t.lid_saved`,
      ids,
    );
    if (before.jid) {
      await tx.query(
        `UPDATE contact SET lid = NULL, mapped_at = NULL, lid_saved = false, lid_full_name = NULL, lid_first_name = NULL
         WHERE account_id = $1 AND id = $2`,
        [before.id],
      );
      const { newLid: lid, observedAt } = change;
      await this.mappings.join(tx, [{ jid: before.jid, lid, observedAt }]);
      return;
    }
    const moves = [{ from: before.id, to: after.id }];
    await this.ownFacts.move(tx, moves);
    await tx.query('DELETE FROM contact WHERE account_id = $1 AND id = $2', [before.id]);
    await this.merged.add(tx, moves);
  }
}
