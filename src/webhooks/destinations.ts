import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { Config } from '../kernel/config/config.js';

const RESOLVE_MS = 2_000;

/** All public IPv6 addresses are in this network. ipaddr.js takes unassigned ones for public, too. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');
/** Public addresses that clouds use for services inside each virtual machine: Azure. */
const CLOUD_SERVICES = ['168.63.129.16'];

/** The address is not public, so it may be a host that only this service can reach. */
export class DestinationRefused extends Error {
  override readonly name = 'DestinationRefused';

  /** @param host name or address. The addresses of a name are not shown, because they describe the network. */
  constructor(host: string) {
    super(
      `${host} is not a public address. Use a public one, or add its network to WEBHOOKS_ALLOW_PRIVATE, for example ` +
        '10.1.0.0/16.',
    );
  }
}

/** Restricts webhooks to public addresses, and to private networks that the operator allows. */
@Injectable()
export class Destinations {
  private readonly allowed: ReturnType<typeof ipaddr.parseCIDR>[];

  constructor({ WEBHOOKS_ALLOW_PRIVATE }: Config) {
    this.allowed = WEBHOOKS_ALLOW_PRIVATE.map((cidr) => ipaddr.parseCIDR(cidr));
  }

  /**
   * Checks a URL without resolving its host name.
   * @throws DestinationRefused
   */
  check({ hostname }: URL): void {
    const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
    const address = /(^|\.)localhost$/.test(host) ? '127.0.0.1' : host;
    if (isIP(address) && !this.isAllowed(address)) throw new DestinationRefused(host);
  }

  /** Resolves and checks a name when a connection is made, because its addresses may change after a check. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) return callback(error, []);
      const refused = found.find(({ address }) => !this.isAllowed(address));
      if (refused) return callback(new DestinationRefused(hostname), []);
      if (options.all) return callback(null, found);
      const [{ address, family } = { address: '', family: 0 }] = found;
      callback(null, address, family);
    });
  };

  /**
   * Resolves the host name of a URL and checks its addresses. Accepts names that cannot be resolved within
   * `RESOLVE_MS`, because they may be resolved when a delivery is due.
   *
   * @throws DestinationRefused
   */
  async resolve(url: URL): Promise<void> {
    this.check(url);
    const resolved = new Promise<void>((resolve, reject) =>
      this.lookup(url.hostname.replace(/^\[|\]$/g, ''), { all: true }, (error) =>
        error instanceof DestinationRefused ? reject(error) : resolve(),
      ),
    );
    await Promise.race([resolved, sleep(RESOLVE_MS, undefined, { ref: false })]);
  }

  private isAllowed(text: string): boolean {
    const address = ipaddr.process(text);
    return (
      isPublic(address) ||
      this.allowed.some(
        ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
      )
    );
  }
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast' || CLOUD_SERVICES.includes(address.toString())) return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST);
}
