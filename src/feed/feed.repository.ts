import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/transaction.js';
import type { ContactChange, NewChange } from './change.js';
import { noteAppended } from './feed-notifications.repository.js';

@Injectable()
export class FeedRepository {
  /**
   * Appends changes with the next numbers of the account, in the caller's transaction. The update locks the row of the
   * account until the commit. Numbers are therefore committed in order, and readers cannot skip any.
   */
  async append(tx: Transaction, accountId: number, changes: NewChange[]): Promise<void> {
    if (changes.length === 0) return;
    const contacts = changes.map((change) => ('contactId' in change ? change : null));
    const of = <T>(read: (change: ContactChange) => T) => contacts.map((change) => change && read(change));
    await tx.query(
      `WITH numbered AS (
         UPDATE account SET feed_latest = feed_latest + $2 WHERE id = $1 RETURNING feed_latest - $2 AS before
       )
       INSERT INTO change
         (account_id, seq, at, kind, contact_id, jid, lid, fields, merged_into, contact, session, webhook)
       SELECT $1, before + place, clock_timestamp(), kind, contact_id, jid, lid, fields::text[], merged_into,
         contact::json, session::json, webhook::json
       FROM numbered, unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[],
         $10::text[], $11::text[]) WITH ORDINALITY
         AS c (kind, contact_id, jid, lid, fields, merged_into, contact, session, webhook, place)`,
      [
        accountId,
        changes.length,
        changes.map(({ kind }) => kind),
        of(({ contactId }) => contactId),
        of(({ jid }) => jid),
        of(({ lid }) => lid),
        // A parameter cannot contain arrays of different lengths. Field names do not have to be quoted.
        of(({ fields }) => `{${fields.join(',')}}`),
        of(({ mergedInto }) => mergedInto),
        of(({ contact }) => contact),
        changes.map((change) => ('session' in change ? JSON.stringify(change.session) : null)),
        changes.map((change) => ('webhook' in change ? JSON.stringify(change.webhook) : null)),
      ],
    );
    noteAppended(tx, accountId);
  }
}
