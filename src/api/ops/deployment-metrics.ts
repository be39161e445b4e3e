import type { Pool } from 'pg';
import { Gauge } from 'prom-client';

/** Counting more rows than these takes longer than a scrape should; then Postgres' own estimate does. */
const COUNTED_UP_TO = 100_000;

interface Deployment {
  attended: number;
  unattended: number;
  contacts: number;
  /** Newest known version of WhatsApp Web; null before a session process has started. */
  clientVersion: string | null;
  /** Time since that version was last confirmed as current. */
  clientVersionSeconds: number | null;
}

/** What is the same for all processes on one database; every API process tells it, so take the maximum. */
export function measureDeployment(pool: Pick<Pool, 'query'>): void {
  const contacts = new Gauge({
    name: 'whatsapp_contacts_deployment_contacts',
    help: `Contacts of all accounts; above ${COUNTED_UP_TO} as Postgres estimates them`,
  });
  const clientVersion = new Gauge({
    name: 'whatsapp_contacts_deployment_client_version_age_seconds',
    help: 'Time since the WhatsApp Web version that new connections report was last confirmed as current',
    labelNames: ['version'],
  });
  new Gauge({
    name: 'whatsapp_contacts_deployment_sessions',
    help: 'Sessions of the whole deployment, by whether a process runs them (attended) or none does (unattended)',
    labelNames: ['state'],
    async collect() {
      this.reset();
      contacts.reset();
      clientVersion.reset();
      const found = await read(pool).catch(() => null);
      if (!found) return;
      this.set({ state: 'attended' }, found.attended);
      this.set({ state: 'unattended' }, found.unattended);
      contacts.set(found.contacts);
      if (found.clientVersion)
        clientVersion.set({ version: found.clientVersion }, found.clientVersionSeconds ?? 0);
    },
  });
}

async function read(pool: Pick<Pool, 'query'>): Promise<Deployment | undefined> {
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
