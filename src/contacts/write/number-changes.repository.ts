import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { Jid, Lid } from '../../kernel/identifiers/address.js';
import type { NumberChange } from './contact-changes.js';
import { LidMappingsRepository } from './lid-mappings.repository.js';
import { ProfileMovesRepository } from './profile-moves.repository.js';

interface NumberRow {
  id: string;
  lid: Lid | null;
  movedTo: Jid | null;
  movedFrom: Jid | null;
}

/**
 * People who got another number: what is theirs goes along, what the phone has saved stays under the number it is
 * saved under. Changes come one at a time and may build on one another, so they are applied one by one.
 */
@Injectable()
export class NumberChangesRepository {
  constructor(
    private readonly mappings: LidMappingsRepository,
    private readonly ownFacts: ProfileMovesRepository,
  ) {}

  async apply(tx: Transaction, accountId: number, changes: NumberChange[]): Promise<void> {
    for (const change of changes) {
      const before = await this.find(tx, accountId, change.oldJid);
      const after = await this.find(tx, accountId, change.newJid);
      const isKnown = before?.movedTo === change.newJid && after?.movedFrom === change.oldJid;
      if (!isKnown) await this.applyOne(tx, accountId, change);
      else if (change.newLid)
        await this.mappings.join(tx, accountId, [
          { jid: change.newJid, lid: change.newLid, observedAt: change.observedAt },
        ]);
    }
  }

  private async applyOne(tx: Transaction, accountId: number, change: NumberChange): Promise<void> {
    const { oldJid, newJid } = change;
    if (change.oldLid)
      await this.mappings.join(tx, accountId, [{ jid: oldJid, lid: change.oldLid, observedAt: null }]);
    await this.ensure(tx, accountId, [oldJid, newJid]);
    const before = await this.get(tx, accountId, oldJid);
    const after = await this.get(tx, accountId, newJid);
    // Without word of a new LID the person keeps his own, unless the new number is known to have another.
    const lid = change.newLid ?? after.lid ?? before.lid;
    if (lid) await this.mappings.join(tx, accountId, [{ jid: newJid, lid, observedAt: change.observedAt }]);
    if (!lid || lid !== before.lid) {
      const target = await this.get(tx, accountId, newJid);
      await this.ownFacts.move(tx, accountId, [{ from: before.id, to: target.id }]);
    }
    await this.mark(tx, accountId, change);
  }

  private async ensure(tx: Transaction, accountId: number, jids: Jid[]): Promise<void> {
    await tx.query(
      'INSERT INTO contact (account_id, jid) SELECT $1, p FROM unnest($2::text[]) AS p ON CONFLICT DO NOTHING',
      [accountId, jids],
    );
  }

  private async find(tx: Transaction, accountId: number, jid: Jid): Promise<NumberRow | undefined> {
    const [row] = await tx.query<NumberRow[]>(
      `SELECT id, lid, moved_to AS "movedTo", moved_from AS "movedFrom" FROM contact
       WHERE account_id = $1 AND jid = $2`,
      [accountId, jid],
    );
    return row;
  }

  private async get(tx: Transaction, accountId: number, jid: Jid): Promise<NumberRow> {
    const row = await this.find(tx, accountId, jid);
    if (!row) throw new Error('A contact that was just made sure of is not there');
    return row;
  }

  /** A number moved back to is in use again, and the one moved to before came from nowhere. */
  private async mark(tx: Transaction, accountId: number, { oldJid, newJid }: NumberChange): Promise<void> {
    await tx.query(
      `UPDATE contact SET moved_to = $3, moved_from = nullif(moved_from, $3), updated_at = now()
       WHERE account_id = $1 AND jid = $2`,
      [accountId, oldJid, newJid],
    );
    await tx.query(
      `UPDATE contact SET moved_to = NULL, moved_from = $3, updated_at = now()
       WHERE account_id = $1 AND jid = $2`,
      [accountId, newJid, oldJid],
    );
  }
}
