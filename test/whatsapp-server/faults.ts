import type { BinaryNode, proto } from '@whiskeysockets/baileys';
import { FaultList } from './fault-list.js';
import type { PhoneNumber } from './jid.js';
import type { MediaKind } from './media-host.js';

/**
 * Faults of a stanza from a companion: the connection is cut on its arrival, after it was handled but before the
 * response, or after the response; there is no response; the response is late, or an error.
 */
export type ReceivedEffect =
  | { readonly cut: 'on-arrival' | 'before-answer' | 'after-answer' }
  | { readonly ignore: true }
  | { readonly delayMs: number }
  | { readonly error: { readonly code: number; readonly text: string } };

/**
 * Faults of a stanza to a companion. `tampered`: a byte was changed in transit. `overtaken`: the next stanza is sent
 * before it, if there is one within a second.
 */
export type SentEffect = 'cut-before' | 'cut-after' | 'twice' | 'lose' | 'tampered' | 'overtaken';

/**
 * Faults of an app-state response. The state of the server remains correct. `outdated`: the snapshot is an earlier one,
 * without the patches since.
 */
export type AppStateEffect =
  'patch-mac' | 'snapshot-mac' | 'lt-hash' | 'record' | 'exit-code' | 'exit-code-zero' | 'outdated';

/** Snapshot or patch that a fault can affect. */
export interface AppStateSubject {
  readonly collection: string;
  readonly part: 'snapshot' | 'patch';
  readonly version: number;
}

/**
 * Faults of a download: an error status, a redirect (302) to any URL, a connection that is closed halfway, a pause
 * before the first byte, a file with a wrong MAC, or the first half of a file with a matching content length.
 */
export type MediaEffect =
  | { readonly status: number }
  | { readonly redirect: string }
  | { readonly cut: true }
  | { readonly slowMs: number }
  /** A byte from time to time, so that only the limit of the whole download ends it. */
  | { readonly endless: true }
  | { readonly content: 'wrong-mac' | 'truncated' };

/** Download that a fault can affect. */
export interface MediaSubject {
  readonly path: string;
  readonly kind: MediaKind;
}

/** Faults of a message: `garbled` ones cannot be decrypted. */
export type MessageEffect = 'garbled';

/** Message that a fault can affect. */
export interface MessageSubject {
  /** `peer` for messages of a phone to its companions */
  readonly category?: string;
  readonly message: proto.IMessage;
  /** number of retry receipts for this message */
  readonly retries: number;
}

/** Faults of a login: a `<failure reason>`, or a stream error right after success. */
export type LoginEffect = { readonly failure: number } | { readonly streamError: StreamErrorCode };

/** Login that a fault can affect. */
export interface LoginSubject {
  readonly number: PhoneNumber;
  readonly device: number;
}

/** Disconnect reasons, and stream errors without a code. 440 is sent as `<conflict type="replaced"/>`. */
export type StreamErrorCode =
  | 401
  | 402
  | 403
  | 405
  | 406
  | 409
  | 411
  | 429
  | 440
  | 500
  | 503
  | 515
  | 'device_removed'
  | 'ack'
  | 'xml-not-well-formed';

/** All places where this server can simulate faults: `server.faults.<place>.arm(effect, { times, when })`. */
export class Faults {
  readonly received = new FaultList<BinaryNode, ReceivedEffect>();
  readonly sent = new FaultList<BinaryNode, SentEffect>();
  readonly appState = new FaultList<AppStateSubject, AppStateEffect>();
  readonly media = new FaultList<MediaSubject, MediaEffect>();
  readonly messages = new FaultList<MessageSubject, MessageEffect>();
  readonly logins = new FaultList<LoginSubject, LoginEffect>();
  /** TCP connections that are reset as soon as they are accepted */
  readonly tcp = new FaultList<undefined, 'reset'>();

  /** Disables all faults. */
  disarm(): void {
    const { received, sent, appState, media, messages, logins, tcp } = this;
    for (const list of [received, sent, appState, media, messages, logins, tcp]) list.disarm();
  }
}

/** Matches IQs by namespace, and optionally by the tag of their first child. */
export function iq(xmlns: string, childTag?: string): (node: BinaryNode) => boolean {
  return (node) =>
    node.tag === 'iq' &&
    node.attrs.xmlns === xmlns &&
    (childTag === undefined || (Array.isArray(node.content) && node.content[0]?.tag === childTag));
}

/** Matches keep-alive IQs. */
export const ping = iq('w:p');

/** Matches stanzas by tag, and optionally by type: `stanza('notification', 'server_sync')`. */
export function stanza(tag: string, type?: string): (node: BinaryNode) => boolean {
  return (node) => node.tag === tag && (type === undefined || node.attrs.type === type);
}
