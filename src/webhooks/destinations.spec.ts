import type { LookupAddress } from 'node:dns';
import { describe, expect, it } from '@jest/globals';
import { Config } from '../kernel/config/config.js';
import { Destinations } from './destinations.js';

const create = (...WEBHOOKS_ALLOW_PRIVATE: string[]) =>
  new Destinations(Object.assign(new Config(), { WEBHOOKS_ALLOW_PRIVATE }));

const resolve = (destinations: Destinations, name: string) =>
  new Promise<string | LookupAddress[]>((fulfil, reject) =>
    destinations.lookup(name, { all: true }, (error, address) => (error ? reject(error) : fulfil(address))),
  );

describe('Destinations', () => {
  it('rejects a name that resolves to a private address when the connection is made', async () => {
    await expect(resolve(create(), 'localhost')).rejects.toThrow('is not a public address');
    expect(await resolve(create('127.0.0.0/8', '::1/128'), 'localhost')).toContainEqual(
      expect.objectContaining({ address: '127.0.0.1' }),
    );
  });

  it.each([
    ['http://10.1.2.3/', ['10.1.0.0/16'], true],
    ['http://10.2.2.3/', ['10.1.0.0/16'], false],
    ['http://[fd00::7]/', ['10.0.0.0/8', 'fd00::/8'], true],
    ['http://[::ffff:10.1.2.3]/', ['10.1.0.0/16'], true],
    ['http://a.localhost./', [], false],
    ['http://203.0.113.7/', [], false],
    ['http://8.8.8.8/', [], true],
    ['http://168.63.129.16/', [], false],
    ['http://[::127.0.0.1]/', [], false],
    ['http://[4000::1]/', [], false],
    ['http://[64:ff9b::10.1.2.3]/', [], false],
    ['http://[2002:a01:203::]/', [], false],
    ['http://[fd00:ec2::254]/', [], false],
    ['http://[2606:4700::1111]/', [], true],
    ['http://crm.example.com/', [], true],
  ])('checks %s with the allowed networks %j: %s', (url, allowed, isAllowed) => {
    const check = () => create(...allowed).check(new URL(url));
    if (isAllowed) expect(check).not.toThrow();
    else expect(check).toThrow('is not a public address');
  });
});
