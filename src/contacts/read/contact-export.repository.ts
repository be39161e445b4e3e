import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { copyLines, readJsonLines } from '../../database/copy-lines.js';
import { StreamPool } from '../../database/stream-pool.js';
import { ABOUT, ADDRESS, contactId, FIRST_NAME, FULL_NAME, SAVED } from '../contact.sql.js';
import { type ContactListFilter, listedContacts } from './contact-filter.sql.js';

/** A contact with a name of any kind. Null: unknown. */
export interface ExportedContact {
  id: string;
  jid: string | null;
  phone: string | null;
  full_name: string | null;
  first_name: string | null;
  push_name: string | null;
  business_name: string | null;
  is_business: boolean | null;
  saved: boolean;
  about: string | null;
  /** ISO 8601 in UTC, to the second. */
  updated_at: string;
  lid: string | null;
  username: string | null;
  /** Null unless it is requested and stored. */
  photo: { type: string; base64: string } | null;
}

/** Base64 without the line breaks that encode() adds. */
const PHOTO = `(
  SELECT json_build_object('type', p.content_type, 'base64', translate(encode(p.bytes, 'base64'), e'\\n', ''))
  FROM contact_picture p
  WHERE p.account_id = sorted.account_id AND p.contact_id = sorted.id AND p.state = 'present' AND p.bytes IS NOT NULL)`;

export interface ExportQuery extends ContactListFilter {
  photo: boolean;
}

/** Streams the whole address book in the order of ADDRESS. Memory use does not depend on its size. */
@Injectable()
export class ContactExportRepository {
  constructor(@Inject(StreamPool) private readonly streams: pg.Pool) {}

  /**
   * Streams contacts. Reads photos after sorting, so that Postgres does not sort them too.
   *
   * @returns contacts; errors of the query are thrown by the first one
   */
  async stream(
    accountId: number,
    { photo, ...filter }: ExportQuery,
  ): Promise<AsyncGenerator<ExportedContact>> {
    const rows = await copyLines(
      this.streams,
      `SELECT row_to_json(exported) FROM (
         SELECT ${contactId(String(accountId), 'sorted.id')} AS id,
           sorted.jid, phone, full_name, first_name, push_name, business_name,
           is_business, saved, about, updated_at, lid, username, ${photo ? PHOTO : 'NULL::json'} AS photo
         FROM (
           SELECT c.account_id, c.id, c.jid, c.lid, c.username, split_part(c.jid, '@', 1) AS phone,
             ${FULL_NAME} AS full_name, ${FIRST_NAME} AS first_name,
             c.push_name, c.business_name, c.is_business, ${SAVED} AS saved, ${ABOUT} AS about,
             to_char(c.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS updated_at
           FROM contact c
           WHERE ${listedContacts(accountId, filter, pg.escapeLiteral).join(' AND ')}
           ORDER BY ${ADDRESS} OFFSET 0
         ) sorted
       ) exported`,
    );
    return readJsonLines<ExportedContact>(rows);
  }
}
