import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { Lid } from '../../kernel/identifiers/address.js';
import type { LidMapping } from './contact-changes.js';
import { ProfileMovesRepository, type RowMove } from './profile-moves.repository.js';

const MAX_BATCH_MAPPINGS = 1_000;

/** `$1` account, `$2` numbers, `$3` LIDs, `$4` times: the mappings as a table. */
const MAPPINGS = 'unnest($2::text[], $3::text[], $4::timestamptz[]) AS p (jid, lid, observed_at)';

/**
 * Matches the row `c` by the number, or the LID, of a mapping.
 *
 * The array looks redundant, but keeps this query fast. While an account is being filled, and for conditions that few rows meet,
 * Postgres estimates one row and compares each row of the account with each mapping: 500 mappings took 1.7 s among 40,000 contacts.
 * With the array, Postgres finds the rows of the batch first, regardless of its estimates.
 */
const HAS_NUMBER = (c: string) => `${c}.account_id = $1 AND ${c}.jid = ANY ($2::text[]) AND ${c}.jid = p.jid`;
const HAS_LID = (c: string) => `${c}.account_id = $1 AND ${c}.lid = ANY ($3::text[]) AND ${c}.lid = p.lid`;

/** Rows `c` that pair an address of `p` with a third. Two look-ups by index; an OR would compare all with all. */
const MAPPED_OTHERWISE = (columns: string) => `
  SELECT ${columns} FROM ${MAPPINGS} JOIN contact c ON ${HAS_NUMBER('c')} AND c.lid <> p.lid
  UNION
  SELECT ${columns} FROM ${MAPPINGS} JOIN contact c ON ${HAS_LID('c')} AND c.jid <> p.jid`;

/**
 * Makes one row of a person who is known by number and by LID.
 *
 * What a person says of himself (see ProfileMovesRepository) belongs to the LID, where there is one: a LID stays with
 * the person when the number changes. What the phone has saved belongs to the address it is saved under.
 */
@Injectable()
export class LidMappingsRepository {
  constructor(private readonly ownFacts: ProfileMovesRepository) {}

  /**
   * Joins the rows of each mapping, parting what was paired otherwise before; where a later mapping is known, that one
   * stays. Each number and LID stands at most once.
   */
  async join(tx: Transaction, accountId: number, mappings: LidMapping[]): Promise<void> {
    for (let start = 0; start < mappings.length; start += MAX_BATCH_MAPPINGS) {
      const news = await this.findNew(tx, accountId, mappings.slice(start, start + MAX_BATCH_MAPPINGS));
      if (news.length === 0) continue;
      const right = await this.withoutOutdated(tx, accountId, news);
      if (right.length === 0) continue;
      await this.part(tx, accountId, right);
      await this.merge(tx, accountId, right);
    }
  }

  /** Those that are not known, or of which only now it is known since when. */
  private async findNew(tx: Transaction, accountId: number, mappings: LidMapping[]): Promise<LidMapping[]> {
    return tx.query<LidMapping[]>(
      `SELECT p.jid, p.lid, p.observed_at AS "observedAt" FROM ${MAPPINGS}
       WHERE NOT EXISTS (
         SELECT FROM contact c WHERE ${HAS_NUMBER('c')} AND c.lid = p.lid
           AND (c.mapped_at IS NOT NULL OR p.observed_at IS NULL)
       )`,
      parameters(accountId, mappings),
    );
  }

  private async withoutOutdated(
    tx: Transaction,
    accountId: number,
    mappings: LidMapping[],
  ): Promise<LidMapping[]> {
    const known = await tx.query<{ lid: Lid; isEarlier: boolean }[]>(
      MAPPED_OTHERWISE(`p.lid, (coalesce(c.mapped_at, '-infinity') <= p.observed_at) IS TRUE AS "isEarlier"`),
      parameters(accountId, mappings),
    );
    const outdated = new Set(known.filter(({ isEarlier }) => !isEarlier).map(({ lid }) => lid));
    return mappings.filter(({ lid }) => !outdated.has(lid));
  }

  /** Rows that pair one of the addresses with a third one: the number leaves, with what is saved under it. */
  private async part(tx: Transaction, accountId: number, mappings: LidMapping[]): Promise<void> {
    await tx.query(
      `WITH parting AS (
         ${MAPPED_OTHERWISE('c.id, c.jid, c.saved, c.full_name, c.first_name, c.moved_to, c.moved_from')}
       ), parted AS (
         UPDATE contact c SET jid = NULL, mapped_at = NULL, saved = false, full_name = NULL, first_name = NULL,
           moved_to = NULL, moved_from = NULL, updated_at = now()
         FROM parting WHERE c.account_id = $1 AND c.id = parting.id RETURNING parting.*
       )
       INSERT INTO contact (account_id, jid, saved, full_name, first_name, moved_to, moved_from)
       SELECT $1, jid, saved, full_name, first_name, moved_to, moved_from FROM parted`,
      parameters(accountId, mappings),
    );
  }

  /** For mappings of which at most one row holds the number alone and one the LID alone. */
  private async merge(tx: Transaction, accountId: number, mappings: LidMapping[]): Promise<void> {
    const values = parameters(accountId, mappings);
    const moves = await tx.query<RowMove[]>(
      `WITH l AS MATERIALIZED (SELECT c.id, p.jid FROM ${MAPPINGS} JOIN contact c ON ${HAS_LID('c')}),
         n AS MATERIALIZED (SELECT id, jid FROM contact WHERE account_id = $1 AND jid = ANY ($2::text[]))
       SELECT l.id AS "from", n.id AS "to" FROM l JOIN n ON n.jid = l.jid WHERE l.id <> n.id`,
      values,
    );
    await this.ownFacts.move(tx, accountId, moves);
    await this.dissolve(tx, accountId, moves);
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

  /** Rows that hold nothing any more but a LID and what is saved under it: the row of the number takes both. */
  private async dissolve(tx: Transaction, accountId: number, moves: RowMove[]): Promise<void> {
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
      [accountId, moves.map(({ from }) => from), moves.map(({ to }) => to)],
    );
  }
}

function parameters(
  accountId: number,
  mappings: LidMapping[],
): [number, string[], string[], (Date | null)[]] {
  return [
    accountId,
    mappings.map(({ jid }) => jid),
    mappings.map(({ lid }) => lid),
    mappings.map(({ observedAt }) => observedAt),
  ];
}
