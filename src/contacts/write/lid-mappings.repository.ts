import { Injectable } from '@nestjs/common';
import type { Jid, Lid } from '../../kernel/identifiers/address.js';
import type { AccountTx } from './account-tx.js';
import type { LidMapping } from './contact-changes.js';
import { MergedContactsRepository } from './merged-contacts.repository.js';
import { ProfileMovesRepository, type RowMove } from './profile-moves.repository.js';

const MAX_BATCH_MAPPINGS = 1_000;

/** The mappings as a table: `$2` numbers, `$3` LIDs, `$4` times. */
const MAPPINGS = 'unnest($2::text[], $3::text[], $4::timestamptz[]) AS p (jid, lid, observed_at)';

/**
 * Matches the row `c` by the number, or the LID, of a mapping.
 *
 * The array looks redundant, but keeps this query fast. While an account is being filled, and for conditions that few
 * rows meet, Postgres estimates one row and compares each row of the account with each mapping: 500 mappings took 1.7 s
 * among 40,000 contacts. With the array, Postgres finds the rows of the batch first, regardless of its estimates.
 */
const HAS_NUMBER = (c: string) => `${c}.account_id = $1 AND ${c}.jid = ANY ($2::text[]) AND ${c}.jid = p.jid`;
const HAS_LID = (c: string) => `${c}.account_id = $1 AND ${c}.lid = ANY ($3::text[]) AND ${c}.lid = p.lid`;

/** Rows `c` that map an address of `p` to a third one. UNION uses both indexes; OR would compare all rows. */
const MAPPED_OTHERWISE = (columns: string) => `
  SELECT ${columns} FROM ${MAPPINGS} JOIN contact c ON ${HAS_NUMBER('c')} AND c.lid <> p.lid
  UNION
  SELECT ${columns} FROM ${MAPPINGS} JOIN contact c ON ${HAS_LID('c')} AND c.jid <> p.jid`;

/**
 * Merges the rows of a contact's number and LID.
 *
 * The profile of a contact (see ProfileMovesRepository) belongs to the LID, if there is one, because the LID remains
 * when the number changes. Saved names belong to the address that they are saved under.
 */
@Injectable()
export class LidMappingsRepository {
  constructor(
    private readonly ownFacts: ProfileMovesRepository,
    private readonly merged: MergedContactsRepository,
  ) {}

  /**
   * Merges the rows of each mapping, and splits rows that contradict it. Ignores mappings that are older than the
   * stored ones.
   *
   * @param mappings each number and each LID at most once
   */
  async join(tx: AccountTx, mappings: LidMapping[]): Promise<void> {
    for (let start = 0; start < mappings.length; start += MAX_BATCH_MAPPINGS) {
      const changed = await this.findNew(tx, mappings.slice(start, start + MAX_BATCH_MAPPINGS));
      if (changed.length === 0) continue;
      const current = await this.withoutOutdated(tx, changed);
      if (current.length === 0) continue;
      const parted = await this.split(tx, current);
      await this.merge(tx, current);
      await this.dateNames(tx, parted);
    }
  }

  /** Returns mappings that are not stored, or stored without the time that they have now. */
  private async findNew(tx: AccountTx, mappings: LidMapping[]): Promise<LidMapping[]> {
    return tx.query<LidMapping[]>(
      `SELECT p.jid, p.lid, p.observed_at AS "observedAt" FROM ${MAPPINGS}
       WHERE NOT EXISTS (
         SELECT FROM contact c WHERE ${HAS_NUMBER('c')} AND c.lid = p.lid
           AND (c.mapped_at IS NOT NULL OR p.observed_at IS NULL)
       )`,
      parameters(mappings),
    );
  }

  private async withoutOutdated(tx: AccountTx, mappings: LidMapping[]): Promise<LidMapping[]> {
    const known = await tx.query<{ lid: Lid; isEarlier: boolean }[]>(
      MAPPED_OTHERWISE(`p.lid, (coalesce(c.mapped_at, '-infinity') <= p.observed_at) IS TRUE AS "isEarlier"`),
      parameters(mappings),
    );
    const outdated = new Set(known.filter(({ isEarlier }) => !isEarlier).map(({ lid }) => lid));
    return mappings.filter(({ lid }) => !outdated.has(lid));
  }

  /**
   * Splits rows that map an address to a third one: the number moves to a new row, with the names saved under it.
   *
   * @returns the numbers
   */
  private async split(tx: AccountTx, mappings: LidMapping[]): Promise<Jid[]> {
    const parted = await tx.query<{ jid: Jid }[]>(
      `WITH parting AS (
         ${MAPPED_OTHERWISE('c.id, c.jid, c.saved, c.full_name, c.first_name, c.moved_to, c.moved_from')}
       ), parted AS (
         UPDATE contact c SET jid = NULL, mapped_at = NULL, saved = false, full_name = NULL, first_name = NULL,
           moved_to = NULL, moved_from = NULL, updated_at = now()
         FROM parting WHERE c.account_id = $1 AND c.id = parting.id RETURNING parting.*
       )
       INSERT INTO contact (account_id, jid, saved, full_name, first_name, moved_to, moved_from)
       SELECT $1, jid, saved, full_name, first_name, moved_to, moved_from FROM parted RETURNING jid`,
      parameters(mappings),
    );
    return parted.map(({ jid }) => jid);
  }

  /**
   * Dates the missing names of a number's new owner to its mapping, so that a late message of the previous owner does
   * not set them. The mapping is dated to the end of a second, the name in the same message to its beginning.
   */
  private async dateNames(tx: AccountTx, numbers: Jid[]): Promise<void> {
    if (numbers.length === 0) return;
    await tx.query(
      `UPDATE contact SET
         push_name_at = CASE WHEN push_name IS NULL THEN date_trunc('second', mapped_at) ELSE push_name_at END,
         username_at = CASE WHEN username IS NULL
           THEN greatest(username_at, date_trunc('second', mapped_at)) ELSE username_at END
       WHERE account_id = $1 AND jid = ANY ($2::text[]) AND lid IS NOT NULL`,
      [numbers],
    );
  }

  /** Merges rows that each contain only the number or only the LID. */
  private async merge(tx: AccountTx, mappings: LidMapping[]): Promise<void> {
    const values = parameters(mappings);
    const moves = await tx.query<RowMove[]>(
      `WITH l AS MATERIALIZED (SELECT c.id, p.jid FROM ${MAPPINGS} JOIN contact c ON ${HAS_LID('c')}),
         n AS MATERIALIZED (SELECT id, jid FROM contact WHERE account_id = $1 AND jid = ANY ($2::text[]))
       SELECT l.id AS "from", n.id AS "to" FROM l JOIN n ON n.jid = l.jid WHERE l.id <> n.id`,
      values,
    );
    await this.ownFacts.move(tx, moves);
    await this.dissolve(tx, moves);
    await this.merged.add(tx, moves);
    await tx.query(
      `UPDATE contact c SET lid = p.lid, mapped_at = p.observed_at, updated_at = now() FROM ${MAPPINGS}
       WHERE ${HAS_NUMBER('c')} AND c.lid IS NULL`,
      values,
    );
    await tx.query(
      `UPDATE contact c SET jid = p.jid, mapped_at = p.observed_at, updated_at = now() FROM ${MAPPINGS}
       WHERE ${HAS_LID('c')} AND c.jid IS NULL`,
      values,
    );
    await tx.query(
      `INSERT INTO contact (account_id, jid, lid, mapped_at) SELECT $1, p.jid, p.lid, p.observed_at FROM ${MAPPINGS}
       ON CONFLICT DO NOTHING`,
      values,
    );
    await tx.query(
      `UPDATE contact c SET mapped_at = p.observed_at FROM ${MAPPINGS}
       WHERE ${HAS_NUMBER('c')} AND c.lid = p.lid
         AND c.mapped_at IS NULL AND p.observed_at IS NOT NULL`,
      values,
    );
  }

  /** Deletes rows that contain only a LID, and moves it with its saved names to the row of the number. */
  private async dissolve(tx: AccountTx, moves: RowMove[]): Promise<void> {
    if (moves.length === 0) return;
    await tx.query(
      `WITH gone AS (
         DELETE FROM contact l USING unnest($2::bigint[], $3::bigint[]) AS m (source, target)
         WHERE l.account_id = $1 AND l.id = ANY ($2::bigint[]) AND l.id = m.source
         RETURNING m.target, l.lid, l.lid_saved, l.lid_full_name, l.lid_first_name
       )
       UPDATE contact n SET
         lid = gone.lid,
         lid_saved = gone.lid_saved,
         lid_full_name = gone.lid_full_name,
         lid_first_name = gone.lid_first_name,
         updated_at = now()
       FROM gone
       WHERE n.account_id = $1 AND n.id = ANY ($3::bigint[]) AND n.id = gone.target`,
      [moves.map(({ from }) => from), moves.map(({ to }) => to)],
    );
  }
}

function parameters(mappings: LidMapping[]): unknown[] {
  return [
    mappings.map(({ jid }) => jid),
    mappings.map(({ lid }) => lid),
    mappings.map(({ observedAt }) => observedAt),
  ];
}
