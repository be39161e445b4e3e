import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { environmentProxies, type OutgoingProxies } from '../../kernel/network/outgoing-proxies.js';
import type { ProxyUrl } from '../../kernel/network/proxy-url.js';
import type { SessionProxiesRepository } from '../../sessions/session-proxies.repository.js';

/** Applies the proxy of one session to all hosts, or the proxies in the environment if the session has none. */
export class SessionProxies implements OutgoingProxies {
  /** Undefined before it is loaded. */
  private own: ProxyUrl | null | undefined;

  constructor(
    private readonly session: SessionName,
    private readonly repository: SessionProxiesRepository,
  ) {}

  /** Reads the proxy. Call it before each connection. @throws SecretsError, so that nothing connects directly */
  async load(): Promise<void> {
    this.own = await this.repository.find(this.session);
  }

  /** Whether the stored proxy is not the one that was loaded. */
  async isOutdated(): Promise<boolean> {
    const stored = await this.repository.find(this.session);
    return this.own === undefined || stored?.revealed() !== this.own?.revealed();
  }

  for(url: URL): ProxyUrl | null {
    if (this.own === undefined) throw new Error('The proxy of the session is not loaded');
    return this.own ?? environmentProxies.for(url);
  }
}
