import type { BinaryNode, proto } from '@whiskeysockets/baileys';
import { FaultList } from './fault-list.js';
import type { PhoneNumber } from './jid.js';
import type { MediaKind } from './media-host.js';

/**
 * What can happen to a stanza that a companion sends: the connection is cut when it arrives, after it was
 * worked on but before the answer, or after the answer; it is never answered; the answer comes late.
 */
export type ReceivedEffect =
  | { readonly cut: 'on-arrival' | 'before-answer' | 'after-answer' }
  | { readonly ignore: true }
  | { readonly delayMs: number }
  | { readonly error: { readonly code: number; readonly text: string } };

/**
 * What can happen to a stanza that the server is about to send. `tampered`: somebody has changed a byte on the way;
 * `overtaken`: the next stanza, if there is one within a second, goes out before it.
 */
export type SentEffect = 'cut-before' | 'cut-after' | 'twice' | 'lose' | 'tampered' | 'overtaken';

/**
 * What can be wrong with an app-state answer. The server's own state stays right. `outdated`: the snapshot is the one that the
 * server made before, without the patches since.
 */
export type AppStateEffect =
  'patch-mac' | 'snapshot-mac' | 'lt-hash' | 'record' | 'exit-code' | 'exit-code-zero' | 'outdated';

/** What an app-state fault is asked about. */
export interface AppStateSubject {
  readonly collection: string;
  readonly part: 'snapshot' | 'patch';
  readonly version: number;
}

/**
 * What can happen to a download: another status, a redirect (302) to any URL, a connection that is cut halfway, a pause before
 * the first byte, a file with a wrong MAC, or one of half its length that looks complete.
 */
export type MediaEffect =
  | { readonly status: number }
  | { readonly redirect: string }
  | { readonly cut: true }
  | { readonly slowMs: number }
  | { readonly content: 'wrong-mac' | 'truncated' };

/** What a media fault is asked about. */
export interface MediaSubject {
  readonly path: string;
  readonly kind: MediaKind;
}

/** What can happen to a message before it is delivered: it arrives, but cannot be decrypted. */
export type MessageEffect = 'garbled';

/** What a message fault is asked about. */
export interface MessageSubject {
  /** `peer` for what a phone tells its own companions */
  readonly category?: string;
  readonly message: proto.IMessage;
  /** how often the companion asked for it again */
  readonly retries: number;
}

/** What can happen to a login: a `<failure reason>`, or a stream error right after success. */
export type LoginEffect = { readonly failure: number } | { readonly streamError: StreamErrorCode };

/** What a login fault is asked about. */
export interface LoginSubject {
  readonly number: PhoneNumber;
  readonly device: number;
}

/** Closing codes of the network, and errors that come without one; 440 is sent as `<conflict type="replaced"/>`. */
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

/** All places where this server can be made to fail. Arm with `server.faults.<place>.arm(effect, { times, when })`. */
export class Faults {
  readonly received = new FaultList<BinaryNode, ReceivedEffect>();
  readonly sent = new FaultList<BinaryNode, SentEffect>();
  readonly appState = new FaultList<AppStateSubject, AppStateEffect>();
  readonly media = new FaultList<MediaSubject, MediaEffect>();
  readonly messages = new FaultList<MessageSubject, MessageEffect>();
  readonly logins = new FaultList<LoginSubject, LoginEffect>();
  /** TCP connections that are reset as soon as they are accepted */
  readonly tcp = new FaultList<undefined, 'reset'>();

  /** Takes back everything that is armed. */
  disarm(): void {
    const { received, sent, appState, media, messages, logins, tcp } = this;
    for (const list of [received, sent, appState, media, messages, logins, tcp]) list.disarm();
  }
}

/** Picks IQs by namespace and, when given, by the tag of their first child. */
export function iq(xmlns: string, childTag?: string): (node: BinaryNode) => boolean {
  return (node) =>
    node.tag === 'iq' &&
    node.attrs.xmlns === xmlns &&
    (childTag === undefined || (Array.isArray(node.content) && node.content[0]?.tag === childTag));
}

/** Picks the keep-alive IQs. */
export const ping = iq('w:p');

/** Picks stanzas by tag and, when given, by type: `stanza('notification', 'server_sync')`. */
export function stanza(tag: string, type?: string): (node: BinaryNode) => boolean {
  return (node) => node.tag === tag && (type === undefined || node.attrs.type === type);
}
