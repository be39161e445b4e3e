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
  /** Number of webhooks by state. In the API, `failing` is part of `active`, and `stopped` of `paused`. */
  webhooks: Record<'active' | 'failing' | 'paused' | 'stopped' | 'disabled', number>;
}

export async function readDeployment(pool: Pick<Pool, 'query'>): Promise<Deployment | undefined> {
  const { rows } = await pool.query<Deployment>(
    `SELECT count(p.id)::int AS attended, count(*)::int - count(p.id)::int AS unattended,
       (SELECT CASE WHEN reltuples > $1 THEN reltuples::float8 ELSE (SELECT count(*) FROM contact)::float8 END
        FROM pg_class WHERE oid = 'contact'::regclass) AS contacts,
       (SELECT array_to_string(version, '.') FROM client_version) AS "clientVersion",
       (SELECT extract(epoch FROM now() - current_at)::float8 FROM client_version) AS "clientVersionSeconds",
       (SELECT json_build_object(
          'active', count(*) FILTER (WHERE state = 'active' AND failures = 0),
          'failing', count(*) FILTER (WHERE state = 'active' AND failures > 0),
          'paused', count(*) FILTER (WHERE state = 'paused' AND failures = 0),
          'stopped', count(*) FILTER (WHERE state = 'paused' AND failures > 0),
          'disabled', count(*) FILTER (WHERE state = 'disabled')) FROM webhook) AS webhooks
     FROM session s LEFT JOIN session_process p ON p.id = s.process_id AND p.expires_at > now()`,
    [COUNTED_UP_TO],
  );
  return rows[0];
}
