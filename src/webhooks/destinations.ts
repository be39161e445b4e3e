import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Config } from '../kernel/config/config.js';

/** A webhook would reach what only this service can. */
export class DestinationRefused extends Error {
  override readonly name = 'DestinationRefused';

  constructor(host: string, address: string) {
    const where = host === address ? host : `${host} (${address})`;
    super(
      `${where} is not a public address. Private ones are reached if they are listed in WEBHOOKS_ALLOW_PRIVATE.`,
    );
  }
}

/** To which addresses webhooks may be sent: public ones, and those that the operator lists. */
@Injectable()
export class Destinations {
  private readonly allowed: ReturnType<typeof ipaddr.parseCIDR>[];

  constructor({ WEBHOOKS_ALLOW_PRIVATE }: Config) {
    this.allowed = WEBHOOKS_ALLOW_PRIVATE.map((cidr) => ipaddr.parseCIDR(cidr));
  }

  /**
   * What can be told without asking for the addresses of a name.
   * @throws DestinationRefused
   */
  check({ hostname }: URL): void {
    const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
    const address = /(^|\.)localhost$/.test(host) ? '127.0.0.1' : host;
    if (isIP(address) && !this.isAllowed(address)) throw new DestinationRefused(host, address);
  }

  /** Resolves names when a connection is made: what was public when the webhook was created may not be any more. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) return callback(error, []);
      const refused = found.find(({ address }) => !this.isAllowed(address));
      if (refused) return callback(new DestinationRefused(hostname, refused.address), []);
      if (options.all) return callback(null, found);
      const [{ address, family } = { address: '', family: 0 }] = found;
      callback(null, address, family);
    });
  };

  private isAllowed(text: string): boolean {
    const address = ipaddr.process(text);
    if (address.range() === 'unicast') return true;
    return this.allowed.some(
      ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
    );
  }
}
