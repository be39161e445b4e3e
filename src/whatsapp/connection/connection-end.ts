import type { BinaryNode } from '@whiskeysockets/baileys';
import { ProxyError } from '../../kernel/network/proxy-error.js';
import { ServerNotVerified } from '../wire/server-certificate.js';

/**
 * Origin of the end of a connection. Codes have a different meaning for each origin: a server in between that answers
 * the upgrade with HTTP 401 has not unlinked the device.
 *
 * - `login`: WhatsApp refused the login, `<failure reason>`
 * - `stream`: WhatsApp ended an open connection, `<stream:error code>`
 * - `line`: TCP, TLS, DNS or HTTP failed; WhatsApp itself has sent nothing
 * - `proxy`: the proxy did not connect to WhatsApp
 * - `server`: the server has not proved that it is WhatsApp; only an ephemeral key was sent to it
 * - `client`: Baileys, or this service, ended it
 */
export type EndedBy = 'login' | 'stream' | 'line' | 'proxy' | 'server' | 'client';

/** How a connection ended. */
export interface ConnectionEnd {
  by: EndedBy;
  /** WhatsApp's disconnect reason, or one of Baileys' own for lost connections. */
  code: number;
  /**
   * Distinguishes ends with the same code: type of conflict, failure of the proxy, or the system's error code. Null if
   * there is none.
   */
  detail: string | null;
  /** For the log; of a proxy, also for users. */
  message: string;
}

/** A server in between, or WhatsApp's edge, answered the upgrade to WebSocket with an HTTP status. */
export class UpgradeRefused extends Error {
  override readonly name = 'UpgradeRefused';

  constructor(readonly status: number) {
    super(`HTTP ${status} in response to the WebSocket upgrade`);
  }
}

/** The parts of Baileys' Boom errors that describe the end of a connection (Socket/socket.js, `end`). */
interface BaileysError {
  message?: string;
  output?: { statusCode?: number };
  data?: unknown;
}

/** @param error `lastDisconnect.error`; undefined when this service closed the connection */
export function readConnectionEnd(error: unknown): ConnectionEnd {
  const { message = 'closed', output, data } = (error ?? {}) as BaileysError;
  const end = (by: EndedBy, detail: string | null) => ({
    by,
    code: output?.statusCode ?? 428,
    detail,
    message,
  });
  if (error instanceof ServerNotVerified) return end('server', error.kind);
  if (error instanceof UpgradeRefused) return end('line', `HTTP ${error.status}`);
  // Baileys distinguishes these errors only by their messages.
  if (message.startsWith('Connection Failure')) return end('login', null);
  if (message.startsWith('Stream Errored'))
    return end('stream', (data as BinaryNode | undefined)?.attrs?.type ?? null);
  if (!message.startsWith('WebSocket Error')) return end('client', null);
  if (data instanceof ProxyError) return { ...end('proxy', data.failure), message: data.reason };
  return end('line', (data as NodeJS.ErrnoException | undefined)?.code ?? null);
}
