import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { poolOf } from '../../database/postgres-pool.js';

export interface StoredPicture {
  bytes: Buffer;
  contentType: string;
}

/** Reads profile pictures. */
@Injectable()
export class PictureReadsRepository {
  private readonly pool: Pool;

  constructor(@InjectDataSource() dataSource: DataSource) {
    this.pool = poolOf(dataSource);
  }

  /** Returns null if the bytes are not stored. */
  async find(accountId: number, contactId: string): Promise<StoredPicture | null> {
    const { rows } = await this.pool.query<{ bytes: Buffer; content_type: string }>({
      text: `SELECT bytes, content_type FROM contact_picture
        WHERE account_id = $1 AND contact_id = $2 AND bytes IS NOT NULL`,
      values: [accountId, contactId],
    });
    const [row] = rows;
    return row ? { bytes: row.bytes, contentType: row.content_type } : null;
  }

  /** Stores the time of use, which determines which pictures are evicted first. Writes at most once an hour. */
  async markUsed(accountId: number, contactId: string): Promise<void> {
    await this.pool.query({
      text: `UPDATE contact_picture SET last_used_at = now()
        WHERE account_id = $1 AND contact_id = $2 AND last_used_at < now() - interval '1 hour'`,
      values: [accountId, contactId],
    });
  }
}
