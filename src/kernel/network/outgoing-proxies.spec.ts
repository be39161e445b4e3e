import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfigFromProcess } from '../config/process-config.js';
import { environmentProxies } from './outgoing-proxies.js';

const NAMES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
]);
const proxyFor = (url: string) => environmentProxies.for(new URL(url))?.address ?? null;

describe('the proxies in the environment', () => {
  const before = { ...process.env };
  beforeEach(() => NAMES.forEach((name) => delete process.env[name]));
  afterEach(() => {
    for (const name of NAMES) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });

  it('apply by scheme, then ALL_PROXY', () => {
    Object.assign(process.env, { HTTPS_PROXY: 'http://secure:1', ALL_PROXY: 'socks5://all:2' });
    expect(proxyFor('https://web.whatsapp.com')).toBe('http://secure:1');
    expect(proxyFor('http://crm.example.com')).toBe('socks5://all:2');
    process.env.HTTP_PROXY = 'http://plain:3';
    expect(proxyFor('http://crm.example.com')).toBe('http://plain:3');
  });

  it('apply to loopback, and to hosts that NO_PROXY does not contain', () => {
    Object.assign(process.env, { HTTPS_PROXY: 'http://p:1', NO_PROXY: 'example.com,.internal,10.0.0.0/8' });
    for (const host of ['localhost', '127.0.0.1', '[::1]', 'web.whatsapp.com', 'a.example.com', '10.1.2.3'])
      expect([host, proxyFor(`https://${host}/`)]).toEqual([host, 'http://p:1']);
    for (const host of ['example.com', 'crm.internal']) expect(proxyFor(`https://${host}/`)).toBeNull();
  });

  it('prefer lower-case names', () => {
    Object.assign(process.env, { HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:1' });
    expect(proxyFor('https://web.whatsapp.com')).toBe('http://lower:1');
  });

  it('come from files as well', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'proxy-')), 'proxy');
    writeFileSync(path, 'http://from-file:1\n');
    process.env.HTTPS_PROXY_FILE = path;
    loadConfigFromProcess();
    delete process.env.HTTPS_PROXY_FILE;
    expect(proxyFor('https://web.whatsapp.com')).toBe('http://from-file:1');
    expect(proxyFor('http://crm.example.com')).toBeNull();
  });

  it('never turn an invalid proxy into a direct connection', () => {
    process.env.HTTPS_PROXY = 'ftp://p:21';
    expect(() => proxyFor('https://web.whatsapp.com')).toThrow('not valid');
  });
});
