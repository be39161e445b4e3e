import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer, get as getTls } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { ConnectProxy, SocksProxy, type TestProxy } from '../../../test/support/proxies.js';
import { TLS_CERTIFICATE } from '../../../test/support/tls-certificate.js';
import { ProxyAgent } from './proxy-agent.js';
import type { ProxyError } from './proxy-error.js';
import { ProxyUrl } from './proxy-url.js';

const KINDS = [
  ['an HTTP proxy', ConnectProxy],
  ['a SOCKS5 proxy', SocksProxy],
] as const;
const CREDENTIALS = 'wa:p@ss/w#rd%ü';

const target = createServer((_, response) => response.end('target'));
const toTarget = () => ({ host: '127.0.0.1', port: (target.address() as { port: number }).port });

async function getThrough(url: string, destination = 'http://media.example:8080/file'): Promise<string> {
  const agent = new ProxyAgent(ProxyUrl.parse(url) as ProxyUrl, 'http:');
  const [response] = (await once(get(destination, { agent }), 'response')) as [IncomingMessage];
  return Buffer.concat(await response.toArray()).toString();
}

const failureOf = (url: string) =>
  getThrough(url).then(
    () => null,
    ({ name, failure, reason, message }: ProxyError) => ({ name, failure, reason, message }),
  );

beforeAll(async () => {
  await once(target.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => void target.close());

describe.each(KINDS)('a request through %s', (_, Proxy) => {
  const run = async (
    options: ConstructorParameters<typeof Proxy>[0],
    test: (proxy: TestProxy) => Promise<void>,
  ) => {
    const proxy = await new Proxy(options).listen();
    await test(proxy).finally(() => proxy.stop());
  };

  it('leaves the resolution of names to the proxy, and sends percent-encoded credentials', () =>
    run({ credentials: CREDENTIALS, resolve: toTarget }, async (proxy) => {
      expect(await getThrough(proxy.url())).toBe('target');
      expect(proxy.tunnels).toEqual([{ to: 'media.example:8080', credentials: CREDENTIALS }]);
    }));

  it('encrypts requests and WebSockets from end to end, and checks the certificate', async () => {
    const server = createTlsServer(TLS_CERTIFICATE, (_, response) => response.end('secret'));
    const webSockets = new WebSocketServer({ server });
    webSockets.on('connection', (socket) => socket.send('hello'));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const resolve = () => ({ host: '127.0.0.1', port: (server.address() as { port: number }).port });
    await run({ resolve }, async (proxy) => {
      const agent = new ProxyAgent(ProxyUrl.parse(proxy.url()) as ProxyUrl, 'https:');
      const options = { agent, ca: TLS_CERTIFICATE.cert };
      const [response] = (await once(getTls('https://whatsapp.example/', options), 'response')) as [
        IncomingMessage,
      ];
      expect(Buffer.concat(await response.toArray()).toString()).toBe('secret');
      const socket = new WebSocket('wss://whatsapp.example/ws', options);
      const [message] = (await once(socket, 'message')) as [Buffer];
      expect(message.toString()).toBe('hello');
      socket.terminate();
      await expect(once(getTls('https://other.example/', options), 'response')).rejects.toThrow(/altnames/);
      await expect(once(getTls('https://whatsapp.example/', { agent }), 'response')).rejects.toThrow(
        /self-signed/,
      );
      expect(proxy.tunnels.map(({ to }) => to)).toEqual([
        'whatsapp.example:443',
        'whatsapp.example:443',
        'other.example:443',
        'whatsapp.example:443',
      ]);
    });
    webSockets.close();
    server.close();
  });

  it('supports IPv6 destinations', () =>
    run({ resolve: toTarget }, async (proxy) => {
      expect(await getThrough(proxy.url(), 'http://[2001:db8::7]:8080/')).toBe('target');
      expect(proxy.tunnels[0]?.to).toMatch(/^\[2001:0?db8:.*7\]:8080$/);
    }));

  it('reports wrong and missing credentials without revealing them', () =>
    run({ credentials: CREDENTIALS, resolve: toTarget }, async (proxy) => {
      const wrong = await failureOf(proxy.url('wa:guessed-secret'));
      expect(wrong).toMatchObject({ name: 'ProxyError', failure: 'unauthorized' });
      expect(wrong?.reason).toContain(`://127.0.0.1:${proxy.port} rejects the credentials`);
      expect(JSON.stringify(wrong)).not.toContain('guessed-secret');
      const address = proxy.url().replace(/\/\/.*@/, '//');
      expect((await failureOf(address))?.reason).toContain('requires a user name and password');
    }));

  it('reports a refused destination', () =>
    run({ resolve: () => null }, async (proxy) => {
      const refused = await failureOf(proxy.url());
      expect(refused?.failure).toBe('refused');
      expect(refused?.reason).toMatch(/did not connect to media\.example:8080 \((HTTP 403|NotAllowed)\)\.$/);
    }));

  it('reports a proxy that is down, and one whose name does not exist', () =>
    run({}, async (proxy) => {
      const url = proxy.url();
      await proxy.stop();
      const down = await failureOf(url);
      expect(down).toMatchObject({ failure: 'unreachable', reason: `The proxy ${url} refuses connections.` });
      expect(down?.message).toContain('Check that the proxy runs');
      const nameless = await failureOf(url.replace('127.0.0.1', 'proxy.invalid'));
      expect(nameless?.reason).toMatch(/has a host name that (does not exist|cannot be resolved)/);
    }));

  it('reports a server that speaks another protocol', async () => {
    const other = createTcpServer((socket) =>
      socket.on('error', () => {}).end('220 mail.example.com ESMTP\r\n'),
    );
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const { port } = other.address() as { port: number };
    const scheme = Proxy === SocksProxy ? 'socks5' : 'http';
    const failure = await failureOf(`${scheme}://127.0.0.1:${port}`);
    other.close();
    expect(failure).toMatchObject({ name: 'ProxyError', failure: 'unreachable' });
    expect(failure?.reason).toMatch(/does not respond like an? (HTTP|SOCKS5) proxy|closed the connection/);
  });
});

it('fails, and does not end the process, if a SOCKS5 proxy resets the connection after its responses', async () => {
  const accepted = Buffer.from([5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const source = `
    const { parentPort } = require('node:worker_threads');
    const server = require('node:net').createServer((socket) => {
      socket.on('error', () => {}).once('data', () => {
        socket.write(Buffer.from('${accepted.toString('hex')}', 'hex'));
        socket.resetAndDestroy();
      });
    });
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;
  // A proxy in the same thread could not respond while the request is written.
  const proxy = new Worker(source, { eval: true });
  const [port] = (await once(proxy, 'message')) as [number];
  for (let each = 0; each < 50; each += 1)
    expect(await failureOf(`socks5://127.0.0.1:${port}`)).not.toBeNull();
  await proxy.terminate();
});
