import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import { HAS_NAME } from '../contact.sql.js';
import { JOINED_COLUMNS, joins, CONTACT_COLUMNS } from '../contact-row.sql.js';

/** Whom changes are about, by all that could lead to them. */
export interface ContactIdentifiers {
  jids: string[];
  lids: string[];
  /** In lower case: who has the name before may lose it. */
  usernames: string[];
}

/** A person as callers see them at one moment. */
export interface ContactSnapshot {
  id: string;
  jid: string | null;
  lid: string | null;
  /** Whether they have a name, by which lists show them. */
  isListed: boolean;
  /** A ContactRow as JSON; compared as text, and only read when it differs. */
  json: string;
}

const HIT = (column: string, parameter: string) =>
  `SELECT id FROM contact WHERE account_id = $1 AND ${column} = ANY (${parameter}::text[])`;

/** The array makes Postgres find the contacts by id, regardless of its estimates; see LidMappingsRepository. */
const STATES = (hits: string, condition: string) => `
  SELECT c.id, c.jid, c.lid, ${HAS_NAME} AS "isListed",
    (SELECT row_to_json(person) FROM (SELECT ${CONTACT_COLUMNS}, ${JOINED_COLUMNS}) person)::text AS json
  FROM contact c ${joins('$1')}
  WHERE c.account_id = $1 AND c.id = ANY (ARRAY(${hits})) AND ${condition} ORDER BY c.id`;

const BY_KEYS = `${HIT('jid', '$2')} UNION ${HIT('lid', '$3')} UNION ${HIT('lower(username)', '$4')}`;

/** People before and after they are written to. */
@Injectable()
export class ContactSnapshotsRepository {
  async find(tx: Transaction, accountId: number, keys: ContactIdentifiers): Promise<ContactSnapshot[]> {
    return tx.query<ContactSnapshot[]>(STATES(BY_KEYS, 'true'), parametersOf(accountId, keys));
  }

  /**
   * Those that this transaction has written to: the people of before, whatever their addresses are now, who has one of these
   * instead, and whom the changes are about.
   */
  async findWritten(
    tx: Transaction,
    accountId: number,
    keys: ContactIdentifiers,
    before: ContactSnapshot[],
  ): Promise<ContactSnapshot[]> {
    const all = {
      ...keys,
      jids: [...keys.jids, ...before.map(({ jid }) => jid)],
      lids: [...keys.lids, ...before.map(({ lid }) => lid)],
    };
    return tx.query<ContactSnapshot[]>(
      STATES(`${BY_KEYS} UNION SELECT unnest($5::bigint[])`, 'c.updated_at = now()'),
      [...parametersOf(accountId, all), before.map(({ id }) => id)],
    );
  }

  /** @returns those of the contacts that are no more */
  async findGone(tx: Transaction, accountId: number, ids: string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await tx.query<{ id: string }[]>(
      `SELECT before.id FROM unnest($2::bigint[]) AS before (id)
       WHERE NOT EXISTS (SELECT FROM contact c WHERE c.account_id = $1 AND c.id = before.id)`,
      [accountId, ids],
    );
    return new Set(rows.map(({ id }) => id));
  }
}

function parametersOf(
  accountId: number,
  { jids, lids, usernames }: Record<keyof ContactIdentifiers, (string | null)[]>,
): unknown[] {
  return [accountId, jids, lids, usernames];
}
