import type { Pool } from 'pg';

/** Larger tables are estimated, because counting them would take too long for a scrape. */
export const COUNTED_UP_TO = 100_000;

export interface Deployment {
  attended: number;
  unattended: number;
  contacts: number;
  /** Newest known version of WhatsApp Web; null before a session process has started. */
  clientVersion: string | null;
  /** Time since that version was last confirmed as current. */
  clientVersionSeconds: number | null;
}

export async function readDeployment(pool: Pick<Pool, 'query'>): Promise<Deployment | undefined> {
  const { rows } = await pool.query<Deployment>(
    `SELECT count(p.id)::int AS attended, count(*)::int - count(p.id)::int AS unattended,
       (SELECT CASE WHEN reltuples > $1 THEN reltuples::float8 ELSE (SELECT count(*) FROM contact)::float8 END
        FROM pg_class WHERE oid = 'contact'::regclass) AS contacts,
       (SELECT array_to_string(version, '.') FROM client_version) AS "clientVersion",
       (SELECT extract(epoch FROM now() - current_at)::float8 FROM client_version) AS "clientVersionSeconds"
     FROM session s LEFT JOIN session_process p ON p.id = s.process_id AND p.expires_at > now()`,
    [COUNTED_UP_TO],
  );
  return rows[0];
}
