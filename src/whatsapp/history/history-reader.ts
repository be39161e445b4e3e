import { type Address, isLid, parseAddress, parseJid, parseLid } from '../../contacts/address.js';
import type { LidMapping } from '../../contacts/write/contact-changes.js';
import { forEachField } from '../wire/protobuf-fields.js';

/** What a history sync says of people; the chats in it are passed over unread. */
export interface HistoryNames {
  /** As sent: the id may be of any kind, the name may be empty. */
  pushNames: { id: string; name: string }[];
  mappings: LidMapping[];
  usernames: { address: Address; name: string }[];
  /** Of people whom the phone has saved, told before app state is read. */
  saved: { address: Address; fullName: string | null; firstName: string | null }[];
  tokens: HistoryToken[];
}

/** A privacy token (see privacy-token.ts) out of a chat. */
export interface HistoryToken {
  /** The LID, where it is known. */
  address: Address;
  token: Buffer;
  /** Seconds since 1970. */
  timestamp: number;
  /** When this account has sent one to the person; null: never, as far as is known. */
  senderTimestamp: number | null;
}

/**
 * Field numbers of `HistorySync`, `Conversation`, `Pushname` and `PhoneNumberToLIDMapping` in Baileys' WAProto; `inlineContacts`
 * is in whatsmeow's only.
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

export const NO_NAMES: Readonly<HistoryNames> = {
  pushNames: [],
  mappings: [],
  usernames: [],
  saved: [],
  tokens: [],
};

/**
 * Reads names, mappings and privacy tokens out of an inflated `HistorySync`. It does not decode the whole: messages are most of
 * it, and nothing of them is needed.
 * @throws RangeError when the bytes are cut off or no protobuf
 */
export function readHistoryNames(bytes: Uint8Array): HistoryNames {
  const names: HistoryNames = { pushNames: [], mappings: [], usernames: [], saved: [], tokens: [] };
  forEachField(bytes, (field, content) => {
    if (field === HISTORY.pushName) {
      const { id = '', name = '' } = readFields(content(), PUSH_NAME).texts;
      names.pushNames.push({ id, name });
    } else if (field === HISTORY.lidMapping) {
      const { pnJid, lidJid } = readFields(content(), LID_MAPPING).texts;
      addMapping(names.mappings, pnJid, lidJid);
    } else if (field === HISTORY.inlineContact) {
      addInlineContact(names, content());
    } else if (field === HISTORY.conversation) {
      addConversation(names, content());
    }
  });
  return names;
}

/** A chat is named by number or by LID, and may tell the other one. */
function addConversation(names: HistoryNames, bytes: Uint8Array): void {
  const { texts, buffers, numbers } = readFields(bytes, CONVERSATION);
  const chat = parseAddress(texts.id);
  if (!chat) return;
  const lid = isLid(chat) ? chat : parseLid(texts.lidJid || texts.accountLid);
  addMapping(names.mappings, isLid(chat) ? texts.pnJid : chat, lid ?? undefined);
  if (texts.username) names.usernames.push({ address: chat, name: texts.username });
  const { tcToken: token } = buffers;
  const { tcTokenTimestamp: timestamp, tcTokenSenderTimestamp: senderTimestamp = null } = numbers;
  if (token?.length && timestamp)
    names.tokens.push({ address: lid ?? chat, token, timestamp, senderTimestamp });
}

function addInlineContact(names: HistoryNames, bytes: Uint8Array): void {
  const { pnJid, lidJid, fullName, firstName, username } = readFields(bytes, INLINE_CONTACT).texts;
  addMapping(names.mappings, pnJid, lidJid);
  const address = parseJid(pnJid) ?? parseLid(lidJid);
  if (!address) return;
  if (username) names.usernames.push({ address, name: username });
  if (fullName || firstName) {
    names.saved.push({ address, fullName: fullName || null, firstName: firstName || null });
  }
}

function addMapping(mappings: LidMapping[], number: string | undefined, anonymous: string | undefined): void {
  const jid = parseJid(number);
  const lid = parseLid(anonymous);
  if (jid && lid) mappings.push({ jid, lid, observedAt: null });
}

/** The fields with the given numbers, by name; all others are skipped. */
function readFields<Names extends Record<string, number>>(
  bytes: Uint8Array,
  wanted: Names,
): {
  texts: Partial<Record<keyof Names, string>>;
  buffers: Partial<Record<keyof Names, Buffer>>;
  numbers: Partial<Record<keyof Names, number>>;
} {
  const names = new Map(Object.entries(wanted).map(([name, field]) => [field, name as keyof Names]));
  const buffers: Partial<Record<keyof Names, Buffer>> = {};
  const numbers: Partial<Record<keyof Names, number>> = {};
  forEachField(
    bytes,
    (field, content) => {
      const name = names.get(field);
      if (name) buffers[name] = Buffer.from(content());
    },
    (field, value) => {
      const name = names.get(field);
      if (name) numbers[name] = value;
    },
  );
  const texts = Object.fromEntries(
    Object.entries(buffers).map(([name, value]) => [name, (value as Buffer).toString()]),
  ) as Partial<Record<keyof Names, string>>;
  return { texts, buffers, numbers };
}
