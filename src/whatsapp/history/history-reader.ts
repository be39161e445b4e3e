import { isLid, parseAddress, parseJid, parseLid } from '../../contacts/address.js';
import type { LidMapping } from '../../contacts/write/contact-changes.js';
import { forEachField } from '../wire/protobuf-fields.js';

/** What a history sync says of people; the chats in it are passed over unread. */
export interface HistoryNames {
  /** As sent: the id may be of any kind, the name may be empty. */
  pushNames: { id: string; name: string }[];
  mappings: LidMapping[];
}

/** Field numbers of `HistorySync`, `Conversation`, `Pushname` and `PhoneNumberToLIDMapping` in Baileys' WAProto. */
const HISTORY = { conversation: 2, pushName: 7, lidMapping: 15 };
const CONVERSATION = { id: 1, pnJid: 39, lidJid: 42, accountLid: 49 };
const PUSH_NAME = { id: 1, name: 2 };
const LID_MAPPING = { pnJid: 1, lidJid: 2 };

/**
 * Reads names and mappings out of an inflated `HistorySync`. It does not decode the whole: messages are most of it,
 * and nothing of them is needed.
 * @throws RangeError when the bytes are cut off or no protobuf
 */
export function readHistoryNames(bytes: Uint8Array): HistoryNames {
  const names: HistoryNames = { pushNames: [], mappings: [] };
  forEachField(bytes, (field, content) => {
    if (field === HISTORY.pushName) {
      const { [PUSH_NAME.id]: id = '', [PUSH_NAME.name]: name = '' } = readTexts(
        content(),
        Object.values(PUSH_NAME),
      );
      names.pushNames.push({ id, name });
    } else if (field === HISTORY.lidMapping) {
      const texts = readTexts(content(), Object.values(LID_MAPPING));
      addMapping(names.mappings, texts[LID_MAPPING.pnJid], texts[LID_MAPPING.lidJid]);
    } else if (field === HISTORY.conversation) {
      addConversation(names.mappings, content());
    }
  });
  return names;
}

/** A chat is named by number or by LID, and may tell the other one. */
function addConversation(mappings: LidMapping[], bytes: Uint8Array): void {
  const texts = readTexts(bytes, Object.values(CONVERSATION));
  const chat = parseAddress(texts[CONVERSATION.id]);
  if (!chat) return;
  if (isLid(chat)) addMapping(mappings, texts[CONVERSATION.pnJid], chat);
  else addMapping(mappings, chat, texts[CONVERSATION.lidJid] || texts[CONVERSATION.accountLid]);
}

function addMapping(mappings: LidMapping[], number: string | undefined, anonymous: string | undefined): void {
  const jid = parseJid(number);
  const lid = parseLid(anonymous);
  if (jid && lid) mappings.push({ jid, lid, observedAt: null });
}

/** The text fields with the given numbers; all others are skipped. */
function readTexts(bytes: Uint8Array, wanted: number[]): Record<number, string> {
  const texts: Record<number, string> = {};
  forEachField(bytes, (field, content) => {
    if (wanted.includes(field)) texts[field] = Buffer.from(content()).toString();
  });
  return texts;
}
