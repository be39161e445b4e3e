import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConnectProxy, SocksProxy } from '../../test/support/proxies.js';
import { Config } from '../kernel/config/config.js';
import { Destinations } from './destinations.js';
import { WebhookSender } from './webhook-sender.js';

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const received: string[] = [];
const receiver = createServer((request, response) => {
  received.push(`${request.headers.host} ${request.url}`);
  response.end();
});
const toReceiver = () => ({ host: '127.0.0.1', port: (receiver.address() as { port: number }).port });

function send(url: string, settings: Partial<Config>) {
  const config = Object.assign(new Config(), settings);
  const sender = new WebhookSender(new Destinations(config), config);
  const delivery = { id: 'msg_1', url, headers: {}, secrets: [SECRET], problem: null, body: '{}' };
  return sender.send(delivery, new AbortController().signal);
}

beforeAll(async () => {
  await once(receiver.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => void receiver.close());

describe('WebhookSender with a proxy', () => {
  it.each([
    ['HTTP', ConnectProxy],
    ['SOCKS5', SocksProxy],
  ])('sends through an %s proxy, which resolves the name', async (_, Proxy) => {
    const proxy = await new Proxy({ credentials: 'u:p', resolve: toReceiver }).listen();
    const outcome = await send('http://crm.example:8080/hook', { WEBHOOKS_PROXY: proxy.url() });
    await proxy.stop();
    expect(outcome).toMatchObject({ status: 200, error: null });
    expect(proxy.tunnels).toEqual([{ to: 'crm.example:8080', credentials: 'u:p' }]);
    expect(received.at(-1)).toBe('crm.example:8080 /hook');
  });

  it('rejects private addresses in the URL without contacting the proxy', async () => {
    const proxy = await new ConnectProxy({ resolve: toReceiver }).listen();
    for (const host of ['127.0.0.1', '[::1]', '169.254.169.254', 'a.localhost', '0x7f.1']) {
      const { error } = await send(`http://${host}/`, { WEBHOOKS_PROXY: proxy.url() });
      expect(error).toContain('is not a public address');
    }
    await proxy.stop();
    expect(proxy.tunnels).toEqual([]);
  });

  it('reports the proxy if it is down, and connects directly only on request', async () => {
    const proxy = await new ConnectProxy().listen();
    await proxy.stop();
    const count = received.length;
    const url = `http://127.0.0.1:${toReceiver().port}/hook`;
    const private_ = { WEBHOOKS_ALLOW_PRIVATE: ['127.0.0.0/8'] };
    const { error } = await send(url, { ...private_, WEBHOOKS_PROXY: proxy.url() });
    expect(error).toMatch(/: The proxy http:\/\/127\.0\.0\.1:\d+ refuses connections\. Check WEBHOOKS_PROXY/);
    expect(received.length).toBe(count);
    process.env.HTTP_PROXY = proxy.url();
    const [environment, direct] = [
      await send(url, private_),
      await send(url, { ...private_, WEBHOOKS_PROXY: 'direct' }),
    ];
    delete process.env.HTTP_PROXY;
    expect(environment.error).toContain(proxy.url());
    expect(direct).toMatchObject({ status: 200, error: null });
  });
});
