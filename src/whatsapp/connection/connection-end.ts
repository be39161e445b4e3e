import type { BinaryNode } from '@whiskeysockets/baileys';
import { ServerNotVerified } from '../wire/server-certificate.js';

/**
 * Who ended a connection. The same number means different things from different mouths: a proxy that answers HTTP
 * 401 to the upgrade has not unlinked anybody.
 *
 * - `login`: WhatsApp refuses the login, `<failure reason>`
 * - `stream`: WhatsApp ends an open connection, `<stream:error code>`
 * - `line`: TCP, TLS, DNS or HTTP failed; WhatsApp itself has said nothing
 * - `server`: the server has not proved that it is WhatsApp; nothing was sent to it but a key for this handshake
 * - `client`: Baileys, or this service, ended it
 */
export type EndedBy = 'login' | 'stream' | 'line' | 'server' | 'client';

/** How a connection ended. */
export interface ConnectionEnd {
  by: EndedBy;
  /** As Baileys gives it: WhatsApp's disconnect reason, or one of Baileys' own for lost connections. */
  code: number;
  /** What tells endings of the same code apart: kind of conflict, or the system's error code. Null: nothing does. */
  detail: string | null;
  /** For the log. */
  message: string;
}

/** The parts of Baileys' Boom errors that say how a connection ended (Socket/socket.js, `end`). */
interface BaileysError {
  message?: string;
  output?: { statusCode?: number };
  data?: unknown;
}

/** Errors of the HTTP upgrade carry the status in the text alone (`ws`, abortHandshake). */
const HTTP_REFUSAL = /Unexpected server response: (\d{3})/;

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
  if (message.startsWith('Connection Failure')) return end('login', null);
  if (message.startsWith('Stream Errored'))
    return end('stream', (data as BinaryNode | undefined)?.attrs?.type ?? null);
  if (!message.startsWith('WebSocket Error')) return end('client', null);
  const refusal = HTTP_REFUSAL.exec(message);
  if (refusal) return end('line', `HTTP ${refusal[1]}`);
  return end('line', (data as NodeJS.ErrnoException | undefined)?.code ?? null);
}
