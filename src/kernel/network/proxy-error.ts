import type { ProxyUrl } from './proxy-url.js';

/**
 * - `unreachable`: no connection to the proxy, or no valid response from it
 * - `unauthorized`: it requires other credentials
 * - `refused`: it does not connect to the destination
 */
export type ProxyFailure = 'unreachable' | 'unauthorized' | 'refused';

const SETTING = 'HTTPS_PROXY or ALL_PROXY, or the proxy of the session (PATCH /sessions/{name})';

/** How an operator can fix each failure, in one sentence. */
export const PROXY_ADVICE: Record<ProxyFailure, string> = {
  unreachable: `Check that the proxy runs, and its address and port in ${SETTING}.`,
  unauthorized:
    `Check the user name and password in ${SETTING}, for example ` +
    'http://user:password@proxy.example.com:3128.',
  refused: 'Allow this destination in the configuration of the proxy, and check that the proxy can reach it.',
};

/** A proxy did not connect to a destination. The service never connects directly instead. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** Without credentials, in one sentence. */
  readonly reason: string;

  /** @param problem completes "The proxy http://proxy.example.com:3128 …" */
  constructor(
    readonly failure: ProxyFailure,
    proxy: ProxyUrl,
    problem: string,
    options?: ErrorOptions,
  ) {
    const reason = `The proxy ${proxy.address} ${problem}.`;
    super(`${reason} ${PROXY_ADVICE[failure]}`, options);
    this.reason = reason;
  }
}

const PROBLEMS: Record<string, string> = {
  ECONNREFUSED: 'refuses connections',
  ENOTFOUND: 'has a host name that does not exist',
  EAI_AGAIN: 'has a host name that cannot be resolved at the moment',
  EHOSTUNREACH: 'cannot be reached over the network',
  ENETUNREACH: 'cannot be reached over the network',
  ETIMEDOUT: 'does not respond',
  ECONNRESET: 'closed the connection without a response',
};

/** Describes an error of the connection to a proxy. */
export function proxyUnreachable(proxy: ProxyUrl, cause: Error): ProxyError {
  if (cause instanceof ProxyError) return cause;
  const { code = '', message } = cause as NodeJS.ErrnoException;
  // Messages of the HTTP parser and of TLS do not contain what was received.
  const problem = code.startsWith('HPE_')
    ? 'does not respond like an HTTP proxy'
    : (PROBLEMS[code] ?? `cannot be used (${code || message})`);
  return new ProxyError('unreachable', proxy, problem, { cause });
}
