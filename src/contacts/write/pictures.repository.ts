import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import { forEachBatch } from '../address-batches.js';
import type { AccountTx } from './account-tx.js';
import type { Picture } from './contact-changes.js';
import { sniffImageType } from './image-type.js';

/** Type of bytes that are not a supported image. A type from the sender could make a browser execute them. */
const UNKNOWN_TYPE = 'application/octet-stream';

/** Share of the limit that remains after evicting, so that not every new picture evicts another. */
const EVICT_TO = 0.95;

/** `changed` retains the previous picture. It has no effect if the picture ID is the same. */
const ON_CONFLICT = `ON CONFLICT (account_id, contact_id) DO UPDATE SET
    state = EXCLUDED.state,
    picture_id = CASE WHEN EXCLUDED.state = 'changed' THEN p.picture_id ELSE EXCLUDED.picture_id END,
    bytes = CASE WHEN EXCLUDED.state = 'changed' THEN p.bytes ELSE EXCLUDED.bytes END,
    content_type = CASE WHEN EXCLUDED.state = 'changed' THEN p.content_type ELSE EXCLUDED.content_type END,
    size_bytes = CASE WHEN EXCLUDED.state = 'changed' THEN p.size_bytes ELSE EXCLUDED.size_bytes END,
    asked_at = NULL,
    updated_at = now(),
    last_used_at = now()
  WHERE CASE
    WHEN EXCLUDED.state = 'changed'
      THEN (p.state <> 'changed' OR p.asked_at IS NOT NULL)
        AND NOT (p.state = 'present' AND p.picture_id IS NOT DISTINCT FROM EXCLUDED.picture_id
          AND EXCLUDED.picture_id IS NOT NULL)
    ELSE (p.state, p.picture_id, p.bytes) IS DISTINCT FROM (EXCLUDED.state, EXCLUDED.picture_id, EXCLUDED.bytes)
  END`;

/** SQL of hasPicture(). The contact changes only if the picture is shown before or after the update. */
const IS_SHOWN = (row: string) =>
  `(${row}.state = 'present' OR (${row}.state = 'changed' AND ${row}.size_bytes IS NOT NULL))`;

/** Stores profile pictures, with bytes up to the configured total of an account. */
@Injectable()
export class PicturesRepository {
  private readonly maxPictureBytes: number;
  private readonly maxTotalBytes: number;

  constructor(config: Config) {
    this.maxPictureBytes = config.PICTURE_MAX_KB * 1024;
    this.maxTotalBytes = config.PICTURES_MAX_MB * 1024 * 1024;
  }

  /** Stores pictures. Changed ones are fetched later (ProfileFetchesRepository.takePictures). */
  async set(tx: AccountTx, pictures: Picture[]): Promise<void> {
    await this.confirm(tx, pictures.filter(isUnchanged));
    await forEachBatch(pictures.filter(isNew), async (column, batch) => {
      const rows = batch.map((picture) => this.toRow(picture));
      await tx.query(
        `INSERT INTO contact (account_id, ${column}) SELECT $1, p FROM unnest($2::text[]) AS p
         ON CONFLICT DO NOTHING`,
        [batch.map(({ address }) => address)],
      );
      await tx.query(
        `WITH written AS (
           INSERT INTO contact_picture AS p (account_id, contact_id, state, picture_id, bytes, content_type, size_bytes)
           SELECT $1, c.id, n.state, n.picture_id, n.bytes, n.content_type, octet_length(n.bytes)
           FROM unnest($2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[])
             AS n (address, state, picture_id, bytes, content_type)
           JOIN contact c ON c.account_id = $1 AND c.${column} = ANY ($2::text[]) AND c.${column} = n.address
           ${ON_CONFLICT}
           RETURNING contact_id, ${IS_SHOWN('p')} AS is_shown
         )
         UPDATE contact c SET updated_at = now()
         FROM written w LEFT JOIN contact_picture b ON b.account_id = $1 AND b.contact_id = w.contact_id
         WHERE c.account_id = $1 AND c.id = w.contact_id AND (w.is_shown OR ${IS_SHOWN('b')})`,
        [
          batch.map(({ address }) => address),
          rows.map(({ state }) => state),
          rows.map(({ id }) => id),
          rows.map(({ bytes }) => bytes),
          rows.map(({ contentType }) => contentType),
        ],
      );
    });
    if (pictures.some(({ state }) => state === 'present')) await this.evict(tx);
  }

  /** Moves the pictures of contacts to others. If both have one, the newer is stored. */
  async move(tx: AccountTx, rows: { from: string; to: string }[]): Promise<void> {
    if (rows.length === 0) return;
    const values = [rows.map(({ from }) => from), rows.map(({ to }) => to)];
    const moves = 'unnest($2::bigint[], $3::bigint[]) AS m (source, target)';
    await tx.query(
      `DELETE FROM contact_picture p USING ${moves}, contact_picture s
       WHERE s.account_id = $1 AND s.contact_id = ANY ($2::bigint[]) AND s.contact_id = m.source
         AND p.account_id = $1 AND p.contact_id = ANY ($3::bigint[]) AND p.contact_id = m.target
         AND p.updated_at <= s.updated_at`,
      values,
    );
    await tx.query(
      `DELETE FROM contact_picture p USING ${moves}, contact_picture t
       WHERE p.account_id = $1 AND p.contact_id = ANY ($2::bigint[]) AND p.contact_id = m.source
         AND t.account_id = $1 AND t.contact_id = ANY ($3::bigint[]) AND t.contact_id = m.target`,
      values,
    );
    await tx.query(
      `UPDATE contact_picture p SET contact_id = m.target FROM ${moves}
       WHERE p.account_id = $1 AND p.contact_id = ANY ($2::bigint[]) AND p.contact_id = m.source`,
      values,
    );
  }

  /** Marks pictures that were marked as changed as current. */
  private async confirm(tx: AccountTx, pictures: Picture[]): Promise<void> {
    await forEachBatch(pictures, async (column, batch) => {
      await tx.query(
        `WITH confirmed AS (
           UPDATE contact_picture p SET state = 'present', asked_at = NULL FROM contact c
           WHERE c.account_id = $1 AND c.${column} = ANY ($2::text[]) AND p.account_id = $1 AND p.contact_id = c.id
             AND p.state = 'changed' AND p.picture_id IS NOT NULL
           RETURNING c.id, p.bytes IS NOT NULL AS was_shown
         )
         UPDATE contact c SET updated_at = now() FROM confirmed
         WHERE c.account_id = $1 AND c.id = confirmed.id AND NOT confirmed.was_shown`,
        [batch.map(({ address }) => address)],
      );
    });
  }

  private toRow(picture: NewPicture) {
    if (picture.state !== 'present') {
      const id = picture.state === 'changed' ? picture.id : null;
      return { state: picture.state, id, bytes: null, contentType: null };
    }
    const { state, id, bytes } = picture;
    const fits = bytes.length > 0 && bytes.length <= this.maxPictureBytes;
    return { state, id, bytes: fits ? bytes : null, contentType: sniffImageType(bytes) ?? UNKNOWN_TYPE };
  }

  /**
   * Deletes the bytes of the least recently used pictures if the total exceeds the limit. Keeps their IDs and states,
   * and the bytes of changed pictures until the new ones are fetched.
   */
  private async evict(tx: AccountTx): Promise<void> {
    const [{ total }] = await tx.query<[{ total: string }]>(
      `SELECT coalesce(sum(size_bytes), 0) AS total FROM contact_picture
       WHERE account_id = $1 AND size_bytes IS NOT NULL`,
    );
    if (Number(total) <= this.maxTotalBytes) return;
    await tx.query(
      `UPDATE contact_picture p SET bytes = NULL, size_bytes = NULL
       FROM (
         SELECT contact_id, sum(size_bytes) OVER (ORDER BY last_used_at DESC, contact_id DESC) AS total
         FROM contact_picture WHERE account_id = $1 AND size_bytes IS NOT NULL
       ) held
       WHERE p.account_id = $1 AND p.contact_id = held.contact_id AND held.total > $2 AND p.state = 'present'`,
      [Math.floor(this.maxTotalBytes * EVICT_TO)],
    );
  }
}

type NewPicture = Exclude<Picture, { state: 'unchanged' }>;

const isNew = (picture: Picture): picture is NewPicture => picture.state !== 'unchanged';
const isUnchanged = (picture: Picture) => !isNew(picture);
