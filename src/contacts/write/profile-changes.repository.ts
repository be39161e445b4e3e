import { Injectable } from '@nestjs/common';
import { forEachBatch } from '../address-batches.js';
import type { AccountTx } from './account-tx.js';
import type { About, BusinessFlag, TextStatus } from './contact-changes.js';

/** Writes profiles to columns of `contact`; see ContactChangesRepository. */
@Injectable()
export class ProfileChangesRepository {
  /** Keeps a text that was set later, because notifications may arrive out of order. */
  async setAbouts(tx: AccountTx, abouts: About[]): Promise<void> {
    await forEachBatch(abouts, async (column, batch) => {
      await tx.query(
        `INSERT INTO contact AS c (account_id, ${column}, about, about_set_at, about_state)
         SELECT $1, address, text, CASE WHEN text IS NOT NULL THEN set_at END,
           CASE WHEN text IS NULL THEN 'hidden' ELSE 'known' END
         FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS p (address, text, set_at)
         ON CONFLICT (account_id, ${column}) DO UPDATE SET
           about = EXCLUDED.about,
           about_set_at = coalesce(EXCLUDED.about_set_at,
                                   CASE WHEN c.about = EXCLUDED.about THEN c.about_set_at END),
           about_state = EXCLUDED.about_state,
           updated_at = now()
         WHERE (c.about, c.about_state, c.about_set_at) IS DISTINCT FROM (EXCLUDED.about, EXCLUDED.about_state,
             coalesce(EXCLUDED.about_set_at, CASE WHEN c.about = EXCLUDED.about THEN c.about_set_at END))
           AND (EXCLUDED.about_set_at >= c.about_set_at) IS NOT FALSE`,
        [batch.map(({ address }) => address), batch.map(({ text }) => text), batch.map(({ setAt }) => setAt)],
      );
    });
  }

  /** Stores the new form of about texts in separate columns. Keeps a text that was set later. */
  async setTextStatuses(tx: AccountTx, statuses: TextStatus[]): Promise<void> {
    const fields = ['text_status', 'text_status_emoji', 'text_status_set_at', 'text_status_expires_at'];
    const of = (row: string) => `(${fields.map((field) => `${row}.${field}`).join(', ')})`;
    await forEachBatch(statuses, async (column, batch) => {
      await tx.query(
        `INSERT INTO contact AS c (account_id, ${column}, ${fields.join(', ')})
         SELECT $1, p.* FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[]) AS p
         ON CONFLICT (account_id, ${column}) DO UPDATE
         SET (${fields.join(', ')}) = ${of('EXCLUDED')}, updated_at = now()
         WHERE ${of('c')} IS DISTINCT FROM ${of('EXCLUDED')}
           AND (EXCLUDED.text_status_set_at >= c.text_status_set_at) IS NOT FALSE`,
        [
          batch.map(({ address }) => address),
          batch.map(({ text }) => text),
          batch.map(({ emoji }) => emoji),
          batch.map(({ setAt }) => setAt),
          batch.map(({ expiresAt }) => expiresAt),
        ],
      );
    });
  }

  /** Removes the verified name of an account that is no longer a business. */
  async setBusinessFlags(tx: AccountTx, flags: BusinessFlag[]): Promise<void> {
    await forEachBatch(flags, async (column, batch) => {
      await tx.query(
        `INSERT INTO contact AS c (account_id, ${column}, is_business)
         SELECT $1, p.* FROM unnest($2::text[], $3::boolean[]) AS p
         ON CONFLICT (account_id, ${column}) DO UPDATE
         SET is_business = EXCLUDED.is_business,
           business_name = CASE WHEN EXCLUDED.is_business THEN c.business_name END,
           updated_at = now()
         WHERE c.is_business IS DISTINCT FROM EXCLUDED.is_business
           OR (c.business_name IS NOT NULL AND NOT EXCLUDED.is_business)`,
        [batch.map(({ address }) => address), batch.map(({ isBusiness }) => isBusiness)],
      );
    });
  }
}
