import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Deployment } from '../support/deployment.js';
import { eventually, type Service } from '../support/service.js';
import { element } from '../whatsapp-server/stanza.js';
import { scrape, sum } from './metrics-reader.js';

const PREFIX = 'whatsapp_contacts';
const API_KEY = 'a-key-for-the-tests-of-metrics';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the metrics endpoint of every role', () => {
  let deployment: Deployment;
  let api: Service;
  let session: Service;

  beforeAll(async () => {
    deployment = await Deployment.create();
    [session, api] = await Promise.all([deployment.start('session'), deployment.start('api')]);
    await deployment.link(api);
    await api.synced();
  });

  afterAll(() => deployment.remove());

  it('counts the sessions of a process by status, and successful links', async () => {
    const series = await scrape(session);
    expect(sum(series, `${PREFIX}_sessions`, 'status="open"')).toBe(1);
    expect(sum(series, `${PREFIX}_sessions`)).toBe(1);
    expect(sum(series, `${PREFIX}_link_attempts_total`, 'result="linked"')).toBe(1);
    expect(sum(series, `${PREFIX}_session_leases_total`, 'event="claimed"')).toBe(1);
    expect(sum(series, `${PREFIX}_connections_ended_total`, 'reason="stream 515"')).toBe(1);
    expect(sum(series, `${PREFIX}_sync_seconds_count`)).toBeGreaterThan(0);
    expect(series.get(`${PREFIX}_sync_lag_seconds`)).toBe(0);
  });

  it('counts lost connections, and reports degraded sessions', async () => {
    const ended = async () =>
      sum(await scrape(session), `${PREFIX}_connections_ended_total`, 'reason="client 428"');
    const before = await ended();
    await deployment.server.goDown();
    const trouble = `${PREFIX}_session_trouble_seconds{session="default",status="disconnected"}`;
    await eventually('the session is in trouble', async () => (await scrape(session)).has(trouble));
    expect((await ended()) - before).toBe(1);
    await deployment.server.comeBack();
    await eventually('the session is well', async () => !(await scrape(session)).has(trouble));
  });

  it('reports the latency of the API by route pattern', async () => {
    await api.get('/getcontact?phone=491701234567');
    await api.get('/getcontact?phone=491709999999');
    await api.get('/sessions/default/getcontact?phone=491701234567');
    await api.get('/nothing/here/491701234567');
    const text = (await api.get('/metrics')).text;
    const series = await scrape(api);
    const count = (...labels: string[]) =>
      sum(series, `${PREFIX}_http_request_duration_seconds_count`, ...labels);
    expect(count('route="/getcontact"', 'status="200"')).toBe(1);
    expect(count('route="/getcontact"', 'status="404"')).toBe(1);
    expect(count('route="/sessions/{session}/getcontact"')).toBe(1);
    expect(count('route="none"', 'status="404"')).toBe(1);
    expect(text).not.toMatch(/49170\d{7}/);
  });

  it('reports metrics of the deployment, pools and threads', async () => {
    const [ofApi, ofSession] = await Promise.all([scrape(api), scrape(session)]);
    expect(ofApi.get(`${PREFIX}_deployment_contacts`)).toBe(1);
    expect(ofApi.get(`${PREFIX}_deployment_sessions{state="attended"}`)).toBe(1);
    const { newestRevision } = deployment.server.webSite;
    const age = ofApi.get(
      `${PREFIX}_deployment_client_version_age_seconds{version="2.3000.${newestRevision}"}`,
    );
    expect(age).toBeGreaterThan(0);
    expect(age).toBeLessThan(600);
    for (const [series, role] of [
      [ofApi, 'api'],
      [ofSession, 'session'],
    ] as const) {
      expect(sum(series, `${PREFIX}_build_info`, `role="${role}"`)).toBe(1);
      expect(series.get(`${PREFIX}_database_up`)).toBe(1);
      expect(sum(series, `${PREFIX}_database_connections`, 'pool="probes"', 'state="idle"')).toBe(1);
      expect(sum(series, 'process_resident_memory_bytes')).toBeGreaterThan(0);
      expect(sum(series, 'nodejs_eventloop_lag_p99_seconds', 'thread="main"')).toBeGreaterThan(0);
    }
    expect(sum(ofSession, 'nodejs_eventloop_lag_p99_seconds', 'thread="session"')).toBeGreaterThan(0);
  });

  it('counts webhooks by state', async () => {
    const series = await scrape(api);
    for (const state of ['active', 'failing', 'paused', 'stopped', 'disabled'])
      expect(series.get(`${PREFIX}_deployment_webhooks{state="${state}"}`)).toBe(0);
  });

  it('changes the log level of a session in the process that runs it', async () => {
    const set = (body: object) => api.request('/log-levels', { method: 'PATCH', json: body });
    /** Number of log entries about a notification of an unknown type. */
    const linesOfNotification = async () => {
      const before = session.entries.length;
      await deployment.phone.notify(element('notification', { from: 's.whatsapp.net', type: 'unheard_of' }));
      return session.entries.slice(before).filter(({ type }) => type === 'unheard_of').length;
    };
    await eventually('it logs details', async () => (await linesOfNotification()) === 1);
    expect((await set({ level: 'info', session: 'default', minutes: null })).status).toBe(200);
    await eventually('it logs no details', async () => (await linesOfNotification()) === 0);
    expect(await set({ level: null, session: 'default' })).toMatchObject({
      status: 200,
      body: { items: [] },
    });
    await eventually('it logs details again', async () => (await linesOfNotification()) === 1);
    for (const [body, status, message] of [
      [{ level: 'loud' }, 400, 'Invalid level "loud": use one of fatal, error'],
      [{}, 400, 'Missing level: use one of'],
      [
        { level: 'debug', minutes: 0 },
        400,
        'Invalid minutes 0: use a whole number of minutes from 1 to 1440',
      ],
      [{ level: 'debug', session: 'none' }, 404, 'Session "none" does not exist'],
    ] as const) {
      const refused = await set(body);
      expect([refused.status, refused.text]).toEqual([
        status,
        expect.stringContaining(JSON.stringify(message).slice(1, -1)),
      ]);
    }
  });

  it('names a session that does not stay connected, and one that its phone has unlinked', async () => {
    const named = `${PREFIX}_session_reconnects{session="default"}`;
    await api.sessionThat(({ status }) => status === 'open');
    const before = (await scrape(session)).get(named) ?? 0;
    deployment.server.connections[0]?.cut();
    await eventually(
      'its lost connection is counted',
      async () => ((await scrape(session)).get(named) ?? 0) > before,
    );
    await api.sessionThat(({ status }) => status === 'open');
    deployment.phone.unlink();
    const count = `${PREFIX}_sessions_unlinked{reason_code="unlinked_by_phone"}`;
    await eventually('the unlinked account is counted', async () => (await scrape(session)).get(count) === 1);
    const labels = 'session="default",reason_code="unlinked_by_phone"';
    const series = await scrape(session);
    expect(series.get(`${PREFIX}_session_unlinked_seconds{${labels}}`)).toBeLessThan(60);
    expect(series.has(named)).toBe(false);
    const levels = session.entries.filter(({ message }) => message === 'Account unlinked');
    expect(levels).toMatchObject([{ level: 'warn', session: 'default', reasonCode: 'unlinked_by_phone' }]);
    expect(session.entries).toContainEqual(
      expect.objectContaining({ level: 'info', message: 'Connection ended', code: 428, session: 'default' }),
    );
  });

  it('includes every metric of the dashboard and the alerts, which docs/metrics.md describes', async () => {
    const texts = await Promise.all([api, session].map(async (each) => (await each.get('/metrics')).text));
    const exported = new Set([...texts.join('\n').matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name ?? ''));
    const namesIn = (text: string) =>
      [...text.matchAll(/\b(?:whatsapp_contacts|nodejs|process)_[a-z0-9_]+/g)]
        .map(([name]) => name.replace(/_(bucket|count|sum)$/, ''))
        .filter((name) => name !== 'whatsapp_contacts_api' && name !== 'whatsapp_contacts_session');
    const docs = read('docs/metrics.md');
    const used = [
      ...namesIn(read('deploy/grafana/dashboard.json')),
      ...namesIn(read('deploy/prometheus/rules.yml')),
    ];
    expect(used.length).toBeGreaterThan(20);
    expect(used.filter((name) => !exported.has(name) || !docs.includes(name))).toEqual([]);
    const ours = [...exported].filter((name) => name.startsWith(PREFIX));
    expect(ours.filter((name) => !docs.includes(`\`${name}\``))).toEqual([]);
  });

  it('has alerts that docs/alerts.md describes', () => {
    const alerts = [...read('deploy/prometheus/rules.yml').matchAll(/alert: (\w+)/g)].map(([, name]) => name);
    const sections = [...read('docs/alerts.md').matchAll(/^## (Whatsapp\w+)$/gm)].map(([, name]) => name);
    expect(alerts.length).toBeGreaterThan(5);
    expect(sections).toEqual(alerts);
  });

  it('requires a key with metrics:read for all sessions in every role if keys are in use', async () => {
    const [keyed, standby] = await Promise.all([
      deployment.start('api', { API_KEY }),
      deployment.start('session', { API_KEY }),
    ]);
    const create = async (body: object) => {
      const answer = await keyed.post<{ key: string }>('/keys', body, API_KEY);
      return answer.body.key;
    };
    const reader = await create({ name: 'prometheus', scopes: ['metrics:read'] });
    const other = await create({ name: 'crm', scopes: ['contacts:read'] });
    const limited = await create({ name: 'one', scopes: ['metrics:read'], sessions: ['default'] });
    for (const service of [keyed, standby]) {
      const ask = async (key?: string) => {
        const { status, body } = await service.request<{ code?: string }>('/metrics', {
          headers: key ? { Authorization: `Bearer ${key}` } : {},
        });
        return [status, body.code];
      };
      expect(await ask()).toEqual([401, 'key_missing']);
      expect(await ask('nonsense')).toEqual([401, 'key_invalid']);
      expect(await ask(other)).toEqual([403, 'scope_missing']);
      expect(await ask(limited)).toEqual([403, 'session_not_allowed']);
      expect(await ask(reader)).toEqual([200, undefined]);
      expect(await ask(API_KEY)).toEqual([200, undefined]);
    }
  });
});
