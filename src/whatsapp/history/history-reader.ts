import type { LidMapping } from '../../contacts/write/contact-changes.js';
import { type Address, isLid, parseAddress, parseJid, parseLid } from '../../kernel/identifiers/address.js';
import {
  FieldStream,
  type ReadFields,
  type WantedBytes,
  type WantedFields,
  type WantedMessages,
} from '../wire/field-stream.js';

/** Contact data in a part of a history sync; its messages are skipped unread. */
export interface HistoryNames {
  /** The name may be empty. */
  pushNames: { address: Address; name: string }[];
  mappings: LidMapping[];
  usernames: { address: Address; name: string }[];
  /** Contacts saved on the phone, sent before app state is read. */
  saved: { address: Address; fullName: string | null; firstName: string | null }[];
  tokens: HistoryToken[];
}

/** A privacy token (see privacy-token.ts) of a chat. */
export interface HistoryToken {
  /** The LID, if known. */
  address: Address;
  token: Buffer;
  /** Seconds since 1970. */
  timestamp: number;
  /** When this account sent one to the contact; null if never, or unknown. */
  senderTimestamp: number | null;
}

/** Longer texts are truncated. WhatsApp's own names have up to 25 characters, in up to 100 bytes. */
const TEXT: WantedBytes = { maxBytes: 1_024, isCut: true };
const TOKEN: WantedBytes = { maxBytes: 512 };

/**
 * Field numbers of `HistorySync`, `Conversation`, `Pushname` and `PhoneNumberToLIDMapping` in Baileys' WAProto;
 * `inlineContacts` is in whatsmeow's only.
 */
const HISTORY = { conversation: 2, pushName: 7, lidMapping: 15, inlineContact: 20 };
const CONVERSATION = {
  id: 1,
  tcToken: 21,
  tcTokenTimestamp: 22,
  tcTokenSenderTimestamp: 28,
  pnJid: 39,
  lidJid: 42,
  username: 43,
  accountLid: 49,
};
const PUSH_NAME = { id: 1, name: 2 };
const LID_MAPPING = { pnJid: 1, lidJid: 2 };
const INLINE_CONTACT = { pnJid: 1, lidJid: 2, fullName: 3, firstName: 4, username: 5 };

const texts = (fields: Record<string, number>): WantedFields =>
  Object.fromEntries(Object.values(fields).map((field) => [field, TEXT]));

const WANTED: WantedMessages = {
  [HISTORY.conversation]: {
    fields: {
      ...texts(CONVERSATION),
      [CONVERSATION.tcToken]: TOKEN,
      [CONVERSATION.tcTokenTimestamp]: 'number',
      [CONVERSATION.tcTokenSenderTimestamp]: 'number',
    },
  },
  [HISTORY.pushName]: { fields: texts(PUSH_NAME) },
  [HISTORY.lidMapping]: { fields: texts(LID_MAPPING) },
  [HISTORY.inlineContact]: { fields: texts(INLINE_CONTACT) },
};

/**
 * Reads names, mappings and privacy tokens from an inflated `HistorySync` that arrives in chunks. Messages, which
 * are most of it, are skipped.
 */
export class HistoryReader {
  private names = noNames();
  private count = 0;
  private readonly stream = new FieldStream(WANTED, (field, content) => this.visit(field, content));

  /** Entries that were read and not yet returned. */
  get size(): number {
    return this.count;
  }

  /** @throws InputRefused if the bytes are not a `HistorySync` */
  push(chunk: Uint8Array): void {
    this.stream.push(chunk);
  }

  /** @throws InputRefused if it is truncated */
  end(): void {
    this.stream.end();
  }

  /** Returns the entries read since the last call. */
  take(): HistoryNames {
    const { names } = this;
    this.names = noNames();
    this.count = 0;
    return names;
  }

  private visit(field: number, content: ReadFields): void {
    if (field === HISTORY.pushName) this.addPushName(content);
    else if (field === HISTORY.inlineContact) this.addInlineContact(content);
    else if (field === HISTORY.conversation) this.addConversation(content);
    else this.addMapping(text(content, LID_MAPPING.pnJid), text(content, LID_MAPPING.lidJid));
  }

  private addPushName(content: ReadFields): void {
    const address = parseAddress(text(content, PUSH_NAME.id));
    if (address) this.add('pushNames', { address, name: text(content, PUSH_NAME.name) });
  }

  /** A chat is identified by number or by LID, and may contain the other one. */
  private addConversation(content: ReadFields): void {
    const chat = parseAddress(text(content, CONVERSATION.id));
    if (!chat) return;
    const otherLid = text(content, CONVERSATION.lidJid) || text(content, CONVERSATION.accountLid);
    const lid = isLid(chat) ? chat : parseLid(otherLid);
    this.addMapping(isLid(chat) ? text(content, CONVERSATION.pnJid) : chat, lid ?? '');
    const username = text(content, CONVERSATION.username);
    if (username) this.add('usernames', { address: chat, name: username });
    const token = content[CONVERSATION.tcToken] as Buffer | undefined;
    const timestamp = content[CONVERSATION.tcTokenTimestamp] as number | undefined;
    const senderTimestamp = (content[CONVERSATION.tcTokenSenderTimestamp] as number | undefined) ?? null;
    if (token?.length && timestamp)
      this.add('tokens', { address: lid ?? chat, token, timestamp, senderTimestamp });
  }

  private addInlineContact(content: ReadFields): void {
    const [pnJid, lidJid] = [text(content, INLINE_CONTACT.pnJid), text(content, INLINE_CONTACT.lidJid)];
    this.addMapping(pnJid, lidJid);
    const address = parseJid(pnJid) ?? parseLid(lidJid);
    if (!address) return;
    const username = text(content, INLINE_CONTACT.username);
    if (username) this.add('usernames', { address, name: username });
    const fullName = text(content, INLINE_CONTACT.fullName) || null;
    const firstName = text(content, INLINE_CONTACT.firstName) || null;
    if (fullName || firstName) this.add('saved', { address, fullName, firstName });
  }

  private addMapping(number: string, anonymous: string): void {
    const jid = parseJid(number);
    const lid = parseLid(anonymous);
    if (jid && lid) this.add('mappings', { jid, lid, observedAt: null });
  }

  private add<Kind extends keyof HistoryNames>(kind: Kind, entry: HistoryNames[Kind][number]): void {
    (this.names[kind] as (typeof entry)[]).push(entry);
    this.count += 1;
  }
}

function noNames(): HistoryNames {
  return { pushNames: [], mappings: [], usernames: [], saved: [], tokens: [] };
}

/** Returns the text of a field; empty if there is none. A split character is dropped. */
function text(content: ReadFields, field: number): string {
  const bytes = content[field];
  if (!(bytes instanceof Uint8Array)) return '';
  return bytes.length < TEXT.maxBytes ? bytes.toString() : new TextDecoder().decode(bytes, { stream: true });
}
