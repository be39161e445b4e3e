import { Injectable } from '@nestjs/common';
import type { Jid, Lid } from '../../kernel/identifiers/address.js';
import type { AccountTx } from './account-tx.js';
import type { NumberChange } from './contact-changes.js';
import { LidMappingsRepository } from './lid-mappings.repository.js';
import { ProfileMovesRepository } from './profile-moves.repository.js';

interface NumberRow {
  id: string;
  lid: Lid | null;
  mappedAt: Date | null;
  movedTo: Jid | null;
  movedFrom: Jid | null;
}

/**
 * Moves the profiles of contacts to their new numbers. Saved names remain with the number that they are saved under.
 * Changes are applied one by one, because one may continue another.
 */
@Injectable()
export class NumberChangesRepository {
  constructor(
    private readonly mappings: LidMappingsRepository,
    private readonly ownFacts: ProfileMovesRepository,
  ) {}

  async apply(tx: AccountTx, changes: NumberChange[]): Promise<void> {
    for (const change of changes) {
      const before = await this.find(tx, change.oldJid);
      const after = await this.find(tx, change.newJid);
      const isKnown = before?.movedTo === change.newJid && after?.movedFrom === change.oldJid;
      if (!isKnown) await this.applyOne(tx, change);
      else if (change.newLid)
        await this.mappings.join(tx, [
          { jid: change.newJid, lid: change.newLid, observedAt: change.observedAt },
        ]);
    }
  }

  private async applyOne(tx: AccountTx, change: NumberChange): Promise<void> {
    const { oldJid, newJid, oldLid, observedAt } = change;
    if (oldLid) await this.mappings.join(tx, [{ jid: oldJid, lid: oldLid, observedAt: null }]);
    await this.ensure(tx, [oldJid, newJid]);
    const before = await this.get(tx, oldJid);
    // Another contact already has the old number. The profile is where the LID is.
    if (oldLid && before.lid !== oldLid && before.mappedAt && before.mappedAt > observedAt)
      return this.mappings.join(tx, [{ jid: newJid, lid: change.newLid ?? oldLid, observedAt }]);
    const after = await this.get(tx, newJid);
    // Without a new LID, contacts keep theirs, unless the new number has another one.
    const lid = change.newLid ?? after.lid ?? before.lid;
    if (lid) await this.mappings.join(tx, [{ jid: newJid, lid, observedAt }]);
    if (!lid || lid !== before.lid) {
      const target = await this.get(tx, newJid);
      await this.ownFacts.move(tx, [{ from: before.id, to: target.id }]);
    }
    await this.mark(tx, change);
  }

  private async ensure(tx: AccountTx, jids: Jid[]): Promise<void> {
    await tx.query(
      'INSERT INTO contact (account_id, jid) SELECT $1, p FROM unnest($2::text[]) AS p ON CONFLICT DO NOTHING',
      [jids],
    );
  }

  private async find(tx: AccountTx, jid: Jid): Promise<NumberRow | undefined> {
    const [row] = await tx.query<NumberRow[]>(
      `SELECT id, lid, mapped_at AS "mappedAt", moved_to AS "movedTo", moved_from AS "movedFrom" FROM contact
       WHERE account_id = $1 AND jid = $2`,
      [jid],
    );
    return row;
  }

  private async get(tx: AccountTx, jid: Jid): Promise<NumberRow> {
    const row = await this.find(tx, jid);
    if (!row) throw new Error('A contact is missing after it was created');
    return row;
  }

  /** Links both numbers. If the contact returns to a previous number, the earlier links are removed. */
  private async mark(tx: AccountTx, { oldJid, newJid }: NumberChange): Promise<void> {
    await tx.query(
      `UPDATE contact SET moved_to = $3, moved_from = nullif(moved_from, $3), updated_at = now()
       WHERE account_id = $1 AND jid = $2`,
      [oldJid, newJid],
    );
    await tx.query(
      `UPDATE contact SET moved_to = NULL, moved_from = $3, updated_at = now()
       WHERE account_id = $1 AND jid = $2`,
      [newJid, oldJid],
    );
  }
}
