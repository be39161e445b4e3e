import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { listenHost, pageUrl, serverUrl } from './listen-address.js';

describe('the listening address', () => {
  it.each([
    ['::', 'http://[::]:8888'],
    ['::1', 'http://[::1]:8888'],
    ['2001:db8::7', 'http://[2001:db8::7]:8888'],
    ['127.0.0.1', 'http://127.0.0.1:8888'],
    ['contacts.internal', 'http://contacts.internal:8888'],
  ])('%s has the URL %s', (host, url) => {
    expect(serverUrl(host, 8888)).toBe(url);
    expect(new URL(url).port).toBe('8888');
  });

  it.each([
    ['127.0.0.1', 'http://localhost:8888'],
    ['::', 'http://localhost:8888'],
    ['0.0.0.0', 'http://localhost:8888'],
    ['192.168.7.20', 'http://192.168.7.20:8888'],
    ['contacts.internal', 'http://contacts.internal:8888'],
  ])('%s is opened on this machine as %s', (host, url) => {
    expect(pageUrl(host, 8888)).toBe(url);
  });

  it('accepts connections of all IP versions of this machine when it is "::"', async () => {
    const server = createServer().listen(0, listenHost('::'));
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    const loopback = addresses.filter(({ internal }) => internal).map(({ address }) => address);
    expect(loopback).toContain('127.0.0.1');
    for (const host of loopback) {
      const client = connect(port, host);
      await once(client, 'connect');
      client.destroy();
    }
    server.close();
  });

  it('listens on other addresses as they are', () => {
    expect(['0.0.0.0', '::1', 'localhost'].map(listenHost)).toEqual(['0.0.0.0', '::1', 'localhost']);
  });
});
