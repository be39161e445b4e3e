import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { proto } from '@whiskeysockets/baileys';
import type { NamedSessionDto } from '../../src/api/sessions/sessions.dto.js';
import { jpeg } from '../profiles/profile-world.js';
import { ConnectProxy, SocksProxy, type TestProxy } from '../support/proxies.js';
import { eventually, type Service } from '../support/service.js';
import { World } from '../support/world.js';

const { RECENT } = proto.Message.HistorySyncType;
const KEY = Buffer.alloc(32, 7).toString('base64');
const ENV_LOGIN = 'corp:env-p@ss/w0rd';
const OWN_LOGIN = 'sales:own#s3cret';

const patchProxy = (service: Service, session: string, proxy: unknown) =>
  service.request<NamedSessionDto & { message: string }>(`/sessions/${session}`, {
    method: 'PATCH',
    json: { proxy },
  });

/** Ports of connections to the WhatsApp server that none of the proxies has opened. */
const directPorts = ({ server }: World, ...proxies: TestProxy[]) =>
  [...server.clientPorts].filter((port) => !proxies.some(({ outgoingPorts }) => outgoingPorts.has(port)));

const isOpen = ({ status }: { status: string }) => status === 'open';

describe('a service with a proxy in its environment', () => {
  let world: World;
  let proxy: ConnectProxy;

  beforeAll(async () => {
    proxy = await new ConnectProxy({ credentials: ENV_LOGIN }).listen();
    world = await World.create({ HTTPS_PROXY: proxy.url(), DOWNLOADS_START_AFTER_MINUTES: '0' });
    const { server, phone } = world;
    server.createContact({ number: '491701234567', pushName: 'Anna', picture: jpeg('anna') });
    await phone.saveContact({ number: '491701234567', fullName: 'Anna' });
    await world.startLinked();
    await world.truth();
  });

  afterAll(async () => {
    await world.stop();
    await proxy.stop();
  });

  it('sends everything through it: socket, version, snapshot, history and pictures', async () => {
    const { server, phone } = world;
    const pushNames = [{ jid: '491706000001@s.whatsapp.net', name: 'Ben' }];
    // The announced size makes a reader process download the file.
    await phone.sendHistory({
      syncType: RECENT,
      pushNames,
      external: true,
      announced: { fileLength: 1_000_000 },
    });
    const kinds = () => new Set(server.downloads.map(({ kind, status }) => `${kind} ${status}`));
    await eventually('everything is downloaded', async () =>
      ['snapshot 200', 'history 200', 'picture 200'].every((each) => kinds().has(each)),
    );
    expect(server.webSite.requests).toBeGreaterThan(0);
    expect(directPorts(world, proxy)).toEqual([]);
    expect(proxy.tunnels.every(({ credentials }) => credentials === ENV_LOGIN)).toBe(true);
    expect(world.service.output).not.toMatch(/env-p(@|%40)ss/);
  });

  it('reports the proxy when it is down, never connects directly, and recovers', async () => {
    const connections = world.server.clientPorts.size;
    await proxy.stop();
    const session = await world.stateThat(({ reason_code: code }) => code === 'proxy_unreachable');
    expect(session.reason).toBe(`The proxy http://127.0.0.1:${proxy.port} refuses connections.`);
    expect(session.advice).toMatch(/Check that the proxy runs/);
    await patchProxy(world.service, 'default', 'socks5h://proxy.invalid:1080');
    const other = await world.stateThat(({ reason }) => reason?.includes('proxy.invalid') ?? false);
    expect(other.reason_code).toBe('proxy_unreachable');
    expect(world.server.clientPorts.size).toBe(connections);
    await proxy.listen(proxy.port);
    await patchProxy(world.service, 'default', null);
    await world.stateThat(isOpen);
    expect(directPorts(world, proxy)).toEqual([]);
  });
});

describe('a session with its own proxy', () => {
  let world: World;
  let own: SocksProxy;
  let other: ConnectProxy;

  beforeAll(async () => {
    own = await new SocksProxy({ credentials: OWN_LOGIN }).listen();
    other = await new ConnectProxy({ credentials: ENV_LOGIN }).listen();
    world = await World.create({ ENCRYPTION_KEY: KEY });
    await world.startLinked();
    await world.stateThat(isOpen);
  });

  afterAll(async () => {
    await world.stop();
    await Promise.all([own.stop(), other.stop()]);
  });

  it('reconnects through it at once, and the proxy is stored encrypted and returned without credentials', async () => {
    const before = world.server.connections[0];
    const { status, body } = await patchProxy(world.service, 'default', own.url());
    expect([status, body.proxy]).toEqual([200, `socks5://127.0.0.1:${own.port}`]);
    await eventually('it is connected through the proxy', async () => {
      const now = world.server.connections[0];
      return now !== before && own.tunnels.length > 0 && isOpen(await world.state());
    });
    expect((await world.state()).proxy).toBe(`socks5://127.0.0.1:${own.port}`);
    const [connection] = world.server.connections;
    expect((await patchProxy(world.service, 'default', own.url())).status).toBe(200);
    expect(world.server.connections[0]).toBe(connection);
    const [row] = await world.database.query<{ proxy: string }>('SELECT proxy FROM session');
    expect(row?.proxy).toMatch(/^enc1:/);
    expect(world.service.output).not.toContain('s3cret');
  });

  it('reports rejected credentials and a refused destination', async () => {
    await patchProxy(world.service, 'default', own.url('sales:wrong'));
    const wrong = await world.stateThat(({ reason_code: code }) => code === 'proxy_unauthorized');
    expect(wrong.reason).toBe(`The proxy socks5://127.0.0.1:${own.port} rejects the credentials.`);
    const strict = await new ConnectProxy({ resolve: () => null }).listen();
    await patchProxy(world.service, 'default', strict.url());
    const refused = await world.stateThat(({ reason_code: code }) => code === 'proxy_refused');
    await strict.stop();
    expect(refused.reason).toMatch(/^The proxy http:\S+ did not connect to \S+ \(HTTP 403\)\.$/);
    expect(world.server.connections).toEqual([]);
  });

  it('uses the proxy of POST /sessions from its first connection, independently of the other sessions', async () => {
    const json = { name: 'sales', proxy: other.url() };
    const { body } = await world.service.request<NamedSessionDto>('/sessions', { method: 'POST', json });
    expect(body.proxy).toBe(`http://127.0.0.1:${other.port}`);
    await world.service.sessionThat(({ qr }) => qr !== null, undefined, '/sessions/sales');
    expect(other.tunnels.length).toBeGreaterThan(0);
    expect((await world.state()).status).toBe('disconnected');
    await patchProxy(world.service, 'default', null);
    await world.stateThat(isOpen);
  });

  it.each([
    ['proxy.example.com:3128'],
    ['socks4://proxy.example.com:1080'],
    ['http://user:pa/ss@proxy.example.com:3128'],
    [3128],
    [undefined],
  ])('is rejected when its URL is %s, without repeating it', async (proxy) => {
    const { status, body } = await patchProxy(world.service, 'default', proxy);
    expect(status).toBe(400);
    expect(body.message).toMatch(
      /^(Invalid|Missing) proxy: use the URL of a proxy, .* for example socks5:\/\//,
    );
    expect(body.message).not.toContain('pa/ss');
  });
});
