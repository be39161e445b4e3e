import { deflateSync } from 'node:zlib';
import { proto } from '@whiskeysockets/baileys';
import protobuf from 'protobufjs/minimal.js';
import type { Contact } from './contact.js';
import { type Jid, type Lid, lidJid, phoneJid, type PhoneNumber } from './jid.js';
import type { MediaHost } from './media-host.js';
import type { Phone } from './phone.js';

const { HistorySyncType } = proto.Message;
const { Type } = proto.Message.ProtocolMessage;

/** History messages without content. */
const WITHOUT_FILE = new Set([HistorySyncType.NO_HISTORY, HistorySyncType.MESSAGE_ACCESS_STATUS]);

/** Controls the history that a phone sends to a new companion. */
export interface HistorySettings {
  /** whether history is sent */
  send: boolean;
  /** pause before each message, in milliseconds; default none */
  delayMs?: number;
  /** true: all on the media host; false: all inline; default: only the first message inline */
  external?: boolean;
  conversations?: proto.IConversation[];
  /** contacts that the phone has chats with; default: all */
  people?: (contact: Contact) => boolean;
}

/** One history message. */
export interface HistoryChunk {
  readonly syncType: proto.Message.HistorySyncType;
  readonly pushNames?: readonly { readonly jid: string; readonly name: string }[];
  readonly conversations?: readonly proto.IConversation[];
  /** saved contacts, in addition to the chats */
  readonly inlineContacts?: readonly InlineContact[];
  readonly lidMappings?: readonly { readonly number: PhoneNumber; readonly lid: Lid }[];
  /** percent */
  readonly progress?: number;
  readonly chunkOrder?: number;
  readonly external?: boolean;
  /** deflated content to send instead of the content from the other fields */
  readonly deflated?: Buffer;
  /** fields of the announcement that differ from the uploaded file */
  readonly announced?: proto.Message.IHistorySyncNotification;
}

/** A contact in a history message. */
export interface InlineContact {
  readonly pnJid?: string;
  readonly lidJid?: string;
  readonly fullName?: string;
  readonly firstName?: string;
  readonly username?: string;
}

/** Creates a history message, with its payload inline or on the media host. */
export function historyMessage(chunk: HistoryChunk, media: MediaHost): proto.IMessage {
  const payload = chunk.deflated ?? deflateSync(encodeHistory(chunk));
  const notification: proto.Message.IHistorySyncNotification = {
    syncType: chunk.syncType,
    chunkOrder: chunk.chunkOrder ?? 1,
    progress: chunk.progress,
  };
  const isEmpty = WITHOUT_FILE.has(chunk.syncType);
  const inline = isEmpty ? notification : { ...notification, initialHistBootstrapInlinePayload: payload };
  return {
    protocolMessage: {
      type: Type.HISTORY_SYNC_NOTIFICATION,
      historySyncNotification: chunk.external
        ? { ...notification, ...uploaded(payload, media), ...chunk.announced }
        : inline,
    },
  };
}

function uploaded(payload: Buffer, media: MediaHost): proto.Message.IHistorySyncNotification {
  const { fileSizeBytes, ...reference } = media.upload(payload, 'history');
  return { ...reference, fileLength: fileSizeBytes };
}

function encodeHistory(chunk: HistoryChunk): Uint8Array {
  const history = proto.HistorySync.encode({
    syncType: chunk.syncType as number,
    conversations: [...(chunk.conversations ?? [])],
    pushnames: (chunk.pushNames ?? []).map(({ jid, name }) => ({ id: jid, pushname: name })),
    phoneNumberToLidMappings: (chunk.lidMappings ?? []).map((each) => ({
      pnJid: phoneJid(each.number),
      lidJid: lidJid(each.lid),
    })),
    chunkOrder: chunk.chunkOrder,
    progress: chunk.progress,
  }).finish();
  return Buffer.concat([history, ...(chunk.inlineContacts ?? []).map(encodeInlineContact)]);
}

/** Encodes `repeated InlineContact inlineContacts = 20`, which Baileys' WAProto lacks. */
function encodeInlineContact(contact: InlineContact): Uint8Array {
  const { pnJid, lidJid, fullName, firstName, username } = contact;
  const writer = protobuf.Writer.create()
    .uint32((20 << 3) | 2)
    .fork();
  [pnJid, lidJid, fullName, firstName, username].forEach((text, at) => {
    if (text !== undefined) writer.uint32(((at + 1) << 3) | 2).string(text);
  });
  return writer.ldelim().finish();
}

/** Returns the history for a new companion: bootstrap, push names, and the end of the recent part. */
export function firstHistory(phone: Phone, contacts: Iterable<Contact>): HistoryChunk[] {
  const { conversations, external } = phone.history;
  const people = [...contacts].filter(phone.history.people ?? (() => true));
  return [
    {
      syncType: HistorySyncType.INITIAL_BOOTSTRAP,
      conversations,
      lidMappings: lidMappings(phone, people),
      progress: 0,
      external: external ?? false,
    },
    { syncType: HistorySyncType.PUSH_NAME, pushNames: pushNames(people), external: external ?? true },
    { syncType: HistorySyncType.RECENT, progress: 100, external: external ?? true },
  ];
}

function pushNames(people: readonly Contact[]): { jid: Jid; name: string }[] {
  return people.flatMap(({ pushName, jid }) => (pushName ? [{ jid, name: pushName }] : []));
}

function lidMappings(phone: Phone, people: readonly Contact[]): { number: PhoneNumber; lid: Lid }[] {
  const mappings = new Map<PhoneNumber, Lid>();
  for (const { number, lid } of people) if (lid) mappings.set(number, lid);
  for (const [number, { lid }] of phone.addressBook()) if (lid) mappings.set(number, lid);
  return Array.from(mappings, ([number, lid]) => ({ number, lid }));
}
