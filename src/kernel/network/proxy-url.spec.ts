import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ProxyUrl } from './proxy-url.js';

describe('ProxyUrl', () => {
  it.each([
    ['http://proxy.example.com:3128', 'http://proxy.example.com:3128'],
    ['http://proxy', 'http://proxy:80'],
    ['https://proxy.example.com/', 'https://proxy.example.com:443'],
    ['socks5://u:p@127.0.0.1', 'socks5://127.0.0.1:1080'],
    ['socks5h://[::1]:9050', 'socks5h://[::1]:9050'],
  ])('accepts %s as %s', (text, address) => {
    expect(ProxyUrl.parse(text)?.address).toBe(address);
  });

  it.each([
    'proxy.example.com:3128',
    'ftp://proxy:21',
    'socks4://proxy:1080',
    'socks5:proxy',
    'http://',
    'http://proxy:0',
    'http://proxy:99999',
    'http://user:pass/word@proxy:3128',
    'http://user:pass#word@proxy:3128',
    'http://user:100%@proxy:3128',
    'http://proxy:3128/path',
    'http://proxy:3128?x=1',
    'socks5://ex ample:1080',
    `socks5://u:${'p'.repeat(256)}@proxy:1080`,
  ])('rejects %s', (text) => {
    expect(ProxyUrl.parse(text)).toBeNull();
  });

  it('decodes credentials, and hides them from logs', () => {
    const proxy = ProxyUrl.parse('socks5://w%40:p%2Fs@[::1]:1080') as ProxyUrl;
    expect(proxy.credentials).toEqual({ user: 'w@', password: 'p/s' });
    expect(proxy.host).toBe('::1');
    expect(proxy.revealed()).toContain('p%2Fs');
    for (const text of [String(proxy), JSON.stringify({ proxy }), inspect(proxy)]) {
      expect(text).toContain('socks5://[::1]:1080');
      expect(text).not.toMatch(/p%2Fs|p\/s/);
    }
  });
});
