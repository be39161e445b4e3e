import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Deployment } from '../support/deployment.js';
import { eventually, type Service } from '../support/service.js';
import { iq } from '../whatsapp-server/faults.js';
import { BUNDLED_REVISION } from '../whatsapp-server/web-site.js';

const version = (revision: number) => `2.3000.${revision}`;
const unavailable = (response: ServerResponse) => void response.writeHead(503).end();

/** Makes the last fetch appear this many hours old at the next check of the session processes. */
async function age({ database }: Deployment, hours: number): Promise<void> {
  const by = `interval '${hours} h'`;
  await database.query(
    `UPDATE client_version SET fetched_at = fetched_at - ${by}, current_at = current_at - ${by}`,
  );
}

/** Makes the last fetch a few minutes old, so that another one is possible but not due. */
async function forgetFetch({ database }: Deployment): Promise<void> {
  await database.query(`UPDATE client_version SET fetched_at = fetched_at - interval '2 min'`);
}

/** Revisions of the devices that wait to be linked. */
function waitingRevisions({ server }: Deployment): number[] {
  return [...server.openConnections].filter(({ waiting }) => waiting).map(({ revision }) => revision);
}

/** Steps that take a minute run alongside the other tests. */
const slow: { deployment?: Deployment; linked?: Promise<unknown> } = {};

beforeAll(async () => {
  const deployment = await Deployment.create();
  slow.deployment = deployment;
  Object.assign(deployment.server.linking, { qrRefs: 1, moreRefs: false });
  deployment.server.webSite.outage = unavailable;
  const service = await deployment.start('all');
  await service.qr();
  deployment.server.webSite.outage = null;
  const { newestRevision } = deployment.server.webSite;
  const isRenewed = async () => waitingRevisions(deployment).includes(newestRevision);
  slow.linked = eventually('a device with a newer version waits', isRenewed, 150_000).then(() =>
    deployment.phone.scan(() => service.qr()),
  );
  slow.linked.catch(() => {});
});

afterAll(() => slow.deployment?.remove());

describe('the client version of a new deployment', () => {
  let deployment: Deployment;

  beforeEach(async () => {
    deployment = await Deployment.create();
  });

  afterEach(() => deployment.remove());

  it('is fetched before the first attempt to link, once for all processes', async () => {
    const { webSite } = deployment.server;
    const [api] = await Promise.all([
      deployment.start('api'),
      deployment.start('session'),
      deployment.start('session'),
    ]);
    await deployment.link(api);
    expect(deployment.server.connections[0]?.revision).toBe(webSite.newestRevision);
    expect(webSite.requests).toBe(1);
    const { client } = await api.session();
    expect(client).toEqual({
      version: version(webSite.newestRevision),
      newest: version(webSite.newestRevision),
      current_at: expect.any(String),
      expires_at: null,
    });
    expect(Date.now() - Date.parse(client.current_at ?? '')).toBeLessThan(120_000);
  });

  it.each([
    ['is unavailable', unavailable],
    ['redirects', (response: ServerResponse) => void response.writeHead(302, { location: '/sw.js?2' }).end()],
    ['contains no version', (response: ServerResponse) => void response.end('self.__swData = {};')],
    [
      'contains an invalid version',
      (response: ServerResponse) => void response.end('"client_revision":99999999999,'),
    ],
    ['never ends', (response: ServerResponse) => void response.write('"client_rev')],
    ['is endless', endless],
  ])('is the bundled one when the web site %s, and the QR code is shown', async (_what, outage) => {
    deployment.server.webSite.outage = outage;
    const service = await deployment.start('all');
    await service.qr();
    expect(waitingRevisions(deployment)).toEqual([BUNDLED_REVISION]);
    const { client } = await service.session();
    expect(client.version).toBe(version(BUNDLED_REVISION));
    expect(Date.now() - Date.parse(client.current_at ?? '')).toBeGreaterThan(90 * 86_400_000);
    // It is outdated, but phones do not report this. As soon as a newer version is stored, the waiting device uses it.
    deployment.server.webSite.outage = null;
    await age(deployment, 1);
    await deployment.phone.scan(() => service.qr());
    await service.sessionThat(({ status }) => status === 'open');
  });

  it('is renewed when a pairing code is requested again', async () => {
    const { phone, server } = deployment;
    server.webSite.outage = unavailable;
    const service = await deployment.start('all');
    await service.qr();
    const outdated = await service.pairingCode(phone.number);
    await expect(phone.enterPairingCode(outdated.body.code)).rejects.toThrow(/outdated/);
    server.webSite.outage = null;
    await forgetFetch(deployment);
    const current = await service.pairingCode(phone.number);
    expect(current.status).toBe(200);
    await phone.enterPairingCode(current.body.code);
    await service.sessionThat(({ status }) => status === 'open');
  });

  it('is renewed when WhatsApp refuses a pairing code, which is then requested again', async () => {
    const { phone, server } = deployment;
    const service = await deployment.start('all');
    await service.qr();
    server.webSite.newestRevision += 5;
    await forgetFetch(deployment);
    const refusal = server.faults.received.arm(
      { error: { code: 400, text: 'bad-request' } },
      { when: iq('md', 'link_code_companion_reg') },
    );
    const { status, body } = await service.pairingCode(phone.number);
    expect(status).toBe(200);
    expect(refusal.struck).toBe(1);
    expect(waitingRevisions(deployment)).toEqual([server.webSite.newestRevision]);
    await phone.enterPairingCode(body.code);
    await service.sessionThat(({ status }) => status === 'open');
  });
});

describe('the client version of a linked session', () => {
  let deployment: Deployment;
  let service: Service;

  const relogin = async (act: () => unknown) => {
    const { logins } = deployment;
    await act();
    await deployment.nextLoginMs(logins);
  };
  const revision = () => deployment.server.connections[0]?.revision;

  beforeAll(async () => {
    deployment = await Deployment.create();
  });

  beforeEach(async () => {
    service = await deployment.linked();
  });

  afterEach(async () => {
    const { webSite } = deployment.server;
    Object.assign(webSite, { oldestAcceptedRevision: 0, expiration: null, outage: null });
    webSite.refusal = { as: 'failure', code: 405 };
    await deployment.release();
  });

  afterAll(() => deployment.remove());

  it('is fetched daily by one of all processes, and used from the next connection', async () => {
    const { webSite } = deployment.server;
    await deployment.start('session');
    const before = webSite.requests;
    webSite.newestRevision += 10;
    await age(deployment, 25);
    const { newestRevision } = webSite;
    const { client } = await service.sessionThat(({ client }) => client.newest === version(newestRevision));
    expect(client.version).not.toBe(client.newest);
    expect(webSite.requests).toBe(before + 1);
    await deployment.services.at(-1)?.stop();
    await relogin(() => deployment.server.connections[0]?.cut());
    expect(revision()).toBe(newestRevision);
    expect((await service.session()).client.version).toBe(version(newestRevision));
  });

  it('never decreases below a version that was used before', async () => {
    const { webSite } = deployment.server;
    const { newestRevision, requests } = webSite;
    webSite.newestRevision -= 1_000;
    await age(deployment, 25);
    await eventually('it is fetched', async () => webSite.requests > requests);
    const checked = await service.sessionThat(
      ({ client }) => Date.now() - Date.parse(client.current_at ?? '') < 3_600_000,
    );
    expect(checked.client.newest).toBe(version(newestRevision));
    await relogin(() => deployment.server.connections[0]?.cut());
    expect(revision()).toBe(newestRevision);
    webSite.newestRevision = newestRevision;
  });

  it.each([
    ['failure', 405],
    ['failure', 409],
    ['stream:error', 405],
    ['stream:error', 409],
  ] as const)('is renewed at once when WhatsApp refuses it with <%s> %d', async (as, code) => {
    const { webSite } = deployment.server;
    webSite.refusal = { as, code };
    webSite.newestRevision += 7;
    webSite.oldestAcceptedRevision = webSite.newestRevision;
    await forgetFetch(deployment);
    await relogin(() => deployment.server.connections[0]?.cut());
    expect(revision()).toBe(webSite.newestRevision);
  });

  it('is awaited when none is newer than the refused one', async () => {
    const { webSite } = deployment.server;
    webSite.oldestAcceptedRevision = webSite.newestRevision + 1;
    deployment.server.connections[0]?.cut();
    const session = await service.sessionThat(({ reason_code: code }) => code === 'client_outdated');
    expect(session).toMatchObject({ status: 'disconnected', advice: expect.stringMatching(/[Uu]pdate/) });
    expect(Date.parse(session.retry_at ?? '') - Date.now()).toBeGreaterThan(3_600_000);
    webSite.newestRevision += 1;
    await relogin(() => age(deployment, 25));
    expect(revision()).toBe(webSite.newestRevision);
  });

  it('is reported as expiring until a newer one is in use', async () => {
    const { server } = deployment;
    const at = new Date('2027-03-04T05:06:07.000Z');
    await forgetFetch(deployment);
    const { newestRevision, requests } = server.webSite;
    const announcedAt = Date.now();
    server.announceExpiration({ revision: newestRevision, at });
    const expiring = await service.sessionThat(
      ({ client, degraded }) => degraded.length > 0 && client.expires_at !== null,
    );
    expect(expiring.degraded).toEqual([
      { code: 'client_expiring', message: expect.stringContaining('2027-03-04'), since: expect.any(String) },
    ]);
    expect(expiring.client.expires_at).toBe(at.toISOString());
    await eventually('the version is fetched', async () => server.webSite.requests > requests);
    await service.sessionThat(({ client }) => Date.parse(client.current_at ?? '') > announcedAt);
    // No newer version exists yet; the next one is used as soon as it is stored.
    server.webSite.newestRevision += 3;
    await relogin(() => age(deployment, 25));
    expect(revision()).toBe(server.webSite.newestRevision);
    const renewed = await service.sessionThat(
      ({ status, degraded, client }) =>
        status === 'open' && degraded.length === 0 && client.expires_at === null,
    );
    expect(renewed.client.version).toBe(version(server.webSite.newestRevision));
  });

  it('is no longer reported as expiring when WhatsApp withdraws the announcement', async () => {
    const { server } = deployment;
    const { newestRevision } = server.webSite;
    server.announceExpiration({ revision: newestRevision, at: new Date('2027-03-04T05:06:07.000Z') });
    await service.sessionThat(({ degraded }) => degraded.some(({ code }) => code === 'client_expiring'));
    server.announceExpiration({ revision: newestRevision, at: null });
    await service.sessionThat(({ client, degraded }) => degraded.length === 0 && client.expires_at === null);
  });
});

describe('repeated expiry of QR codes', () => {
  it('leads to a newer version, and the phone links', async () => {
    await slow.linked;
    await slow.deployment?.services[0]?.sessionThat(({ status }) => status === 'open');
  });
});

function endless(response: ServerResponse): void {
  const chunk = ' '.repeat(64 * 1024);
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}
