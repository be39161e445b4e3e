import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Deployment } from '../support/deployment.js';
import { eventually, type Service } from '../support/service.js';

const ROLES = readFileSync(new URL('../../deploy/postgres/roles.sql', import.meta.url), 'utf8');
const API_KEY = 'a-key-for-the-tests-of-roles';

describe('a deployment with restricted database roles', () => {
  const suffix = randomBytes(4).toString('hex');
  let deployment: Deployment;
  let api: Service;
  let session: Service;

  const common = { API_KEY, ENCRYPTION_KEY: randomBytes(32).toString('base64') };

  const loginOf = (role: 'api' | 'session') => `contacts_${role}_${suffix}`;
  const urlOf = (role: 'api' | 'session') => {
    const url = new URL(deployment.database.url);
    Object.assign(url, { username: loginOf(role), password: 'secret' });
    return url.href;
  };
  const call = <T = unknown>(path: string, method = 'GET', json?: object) =>
    api.request<T>(path, { method, json, key: API_KEY });

  beforeAll(async () => {
    deployment = await Deployment.create();
    // Twice, as after an upgrade.
    for (const sql of [ROLES, ROLES]) await deployment.database.query(sql);
    for (const role of ['api', 'session'] as const) {
      await deployment.database.query(
        `CREATE ROLE ${loginOf(role)} LOGIN PASSWORD 'secret' IN ROLE whatsapp_contacts_${role}`,
      );
    }
    session = await deployment.start('session', { DATABASE_URL: urlOf('session'), ...common });
    api = await deployment.start('api', { DATABASE_URL: urlOf('api'), ...common });
  });

  afterAll(async () => {
    await Promise.all(deployment.services.map((service) => service.stop()));
    for (const role of ['api', 'session'] as const)
      await deployment.database.query(`DROP ROLE ${loginOf(role)}`);
    await deployment.remove();
  });

  it('links, syncs and serves contacts', async () => {
    await deployment.phone.scan(async () => {
      for (;;) {
        const { body } = await call<{ qr: string | null }>('/session');
        if (body.qr) return body.qr;
      }
    });
    for (;;) {
      const { body } = await call<{ contacts: { sync: string } }>('/session');
      if (body.contacts.sync === 'complete') break;
    }
    expect((await call('/getcontact?phone=491701234567')).status).toBe(200);
    expect((await call<{ items: unknown[] }>('/changes')).body.items.length).toBeGreaterThan(0);
    for (const path of [
      '/getcontacts',
      '/contacts?search=anna',
      '/contacts.vcf?photo=true',
      '/contacts.csv',
      '/contacts/491701234567',
      '/contacts/491701234567/keys',
      '/sessions',
      '/metrics',
    ]) {
      expect([path, (await call(path)).status]).toEqual([path, 200]);
    }
    const contacts = ['491709999999', 'c5f0c9b1d2e3a-1842'];
    expect((await call('/contacts/lookup', 'POST', { contacts, check: true })).status).toBe(200);
    expect((await session.request('/metrics', { headers: { 'X-API-Key': API_KEY } })).status).toBe(200);
  });

  it('delivers webhooks', async () => {
    const { body, status } = await call<{ id: string }>('/webhooks', 'POST', {
      url: 'https://receiver.invalid/',
      session: 'default',
      after: 0,
    });
    expect(status).toBe(201);
    const path = `/webhooks/${body.id}`;
    await eventually('it was tried', async () => {
      const { items } = (await call<{ items: { error: string | null }[] }>(`${path}/attempts`)).body;
      return items[0]?.error;
    });
    for (const [method, more, given] of [
      ['PATCH', '', { max_items: 7 }],
      ['POST', '/resume'],
      ['POST', '/replay', { after: 0 }],
      ['POST', '/rotate'],
      ['DELETE', ''],
    ] as const)
      expect([method, more, (await call(path + more, method, given)).status]).toEqual([method, more, 200]);
  });

  it('accepts every kind of request', async () => {
    expect((await call('/contacts/491701234567/refresh', 'POST')).status).toBe(202);
    const { body } = await call<{ id: string; key: string }>('/keys', 'POST', {
      name: 'crm',
      scopes: ['contacts:read'],
      requests_per_minute: 100,
    });
    expect((await api.request('/getcontacts', { headers: { 'X-API-Key': body.key } })).status).toBe(200);
    expect((await call(`/keys/${body.id}`, 'DELETE')).status).toBe(200);
    expect((await call('/sessions', 'POST', { name: 'sales' })).status).toBe(201);
    expect((await call('/sessions/sales?contacts=delete', 'DELETE')).status).toBe(200);
    expect((await call('/session', 'DELETE')).status).toBe(200);
  });

  it('prevents the API from reading credentials and Signal keys, and from changing names', async () => {
    for (const sql of [
      'SELECT * FROM auth_credentials',
      'SELECT * FROM auth_key',
      "UPDATE contact SET full_name = 'x'",
    ]) {
      await expect(deployment.database.query(`SET ROLE whatsapp_contacts_api; ${sql}`)).rejects.toThrow(
        /permission denied/,
      );
    }
  });

  it('shows the purpose of each connection in pg_stat_activity', async () => {
    const rows = await deployment.database.query<{ name: string }>(
      'SELECT DISTINCT application_name AS name FROM pg_stat_activity WHERE datname = current_database()',
    );
    expect(rows.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['whatsapp-contacts api queries', 'whatsapp-contacts session leases']),
    );
  });
});
