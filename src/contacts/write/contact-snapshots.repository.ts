import { Injectable } from '@nestjs/common';
import { HAS_NAME } from '../contact.sql.js';
import { CONTACT_COLUMNS, JOINED_COLUMNS, joins } from '../contact-row.sql.js';
import type { AccountTx } from './account-tx.js';
import type { ContactIdentifiers } from './contact-changes.js';

/** A contact as callers see it at one moment. */
export interface ContactSnapshot {
  id: string;
  jid: string | null;
  lid: string | null;
  /** Whether lists contain the contact, because it has a name. */
  isListed: boolean;
  /** JSON of a ContactRow. Parsed only if the text differs. */
  json: string;
}

const HIT = (column: string, parameter: string) =>
  `SELECT id FROM contact WHERE account_id = $1 AND ${column} = ANY (${parameter}::text[])`;

/** The array makes Postgres find the contacts by id, regardless of its estimates; see LidMappingsRepository. */
const SNAPSHOTS = (hits: string, condition: string) => `
  SELECT c.id, c.jid, c.lid, ${HAS_NAME} AS "isListed",
    (SELECT row_to_json(contact) FROM (SELECT ${CONTACT_COLUMNS}, ${JOINED_COLUMNS}) contact)::text AS json
  FROM contact c ${joins('$1')}
  WHERE c.account_id = $1 AND c.id = ANY (ARRAY(${hits})) AND ${condition} ORDER BY c.id`;

const BY_IDENTIFIER = `${HIT('jid', '$2')} UNION ${HIT('lid', '$3')} UNION ${HIT('lower(username)', '$4')}`;

/** Reads contacts before and after a transaction writes to them. */
@Injectable()
export class ContactSnapshotsRepository {
  async find(tx: AccountTx, { jids, lids, usernames }: ContactIdentifiers): Promise<ContactSnapshot[]> {
    return tx.query<ContactSnapshot[]>(SNAPSHOTS(BY_IDENTIFIER, 'true'), [jids, lids, usernames]);
  }

  /**
   * Returns the contacts that this transaction has written: those of `before`, those that have their addresses now, and
   * those that match the identifiers.
   */
  async findWritten(
    tx: AccountTx,
    { jids, lids, usernames }: ContactIdentifiers,
    before: ContactSnapshot[],
  ): Promise<ContactSnapshot[]> {
    return tx.query<ContactSnapshot[]>(
      SNAPSHOTS(`${BY_IDENTIFIER} UNION SELECT unnest($5::bigint[])`, 'c.updated_at = now()'),
      [
        [...jids, ...before.map(({ jid }) => jid)],
        [...lids, ...before.map(({ lid }) => lid)],
        usernames,
        before.map(({ id }) => id),
      ],
    );
  }

  /** Returns the IDs of contacts that no longer exist. */
  async findGone(tx: AccountTx, ids: string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const rows = await tx.query<{ id: string }[]>(
      `SELECT before.id FROM unnest($2::bigint[]) AS before (id)
       WHERE NOT EXISTS (SELECT FROM contact c WHERE c.account_id = $1 AND c.id = before.id)`,
      [ids],
    );
    return new Set(rows.map(({ id }) => id));
  }
}
