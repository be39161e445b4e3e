import type { Pool } from 'pg';
import { Gauge } from 'prom-client';
import { COUNTED_UP_TO, readDeployment } from '../../contacts/read/deployment.sql.js';

/** Exports metrics of the whole deployment. Every API process exports the same values: aggregate them with max(). */
export function measureDeployment(pool: Pick<Pool, 'query'>): void {
  const contacts = new Gauge({
    name: 'whatsapp_contacts_deployment_contacts',
    help: `Contacts of all accounts; above ${COUNTED_UP_TO}, the estimate of Postgres`,
  });
  const clientVersion = new Gauge({
    name: 'whatsapp_contacts_deployment_client_version_age_seconds',
    help: 'Time since the WhatsApp Web version that new connections report was last confirmed as current',
    labelNames: ['version'],
  });
  const webhooks = new Gauge({
    name: 'whatsapp_contacts_deployment_webhooks',
    help: 'Webhooks by state: active, failing (retried), stopped (after failures), paused (on request) or disabled',
    labelNames: ['state'],
  });
  new Gauge({
    name: 'whatsapp_contacts_deployment_sessions',
    help: 'Sessions of the deployment: attended (run by a process) or unattended',
    labelNames: ['state'],
    async collect() {
      this.reset();
      contacts.reset();
      clientVersion.reset();
      webhooks.reset();
      const found = await readDeployment(pool).catch(() => null);
      if (!found) return;
      this.set({ state: 'attended' }, found.attended);
      this.set({ state: 'unattended' }, found.unattended);
      contacts.set(found.contacts);
      for (const [state, count] of Object.entries(found.webhooks)) webhooks.set({ state }, count);
      if (found.clientVersion)
        clientVersion.set({ version: found.clientVersion }, found.clientVersionSeconds ?? 0);
    },
  });
}
