import { forEachField } from '../wire/protobuf-fields.js';
import { CorruptAppState } from './app-state-errors.js';

/** What a record says, as far as the address book is concerned: a part of `SyncActionValue`. */
export interface ActionValue {
  /** When the phone wrote the record, in ms since 1970; 0: not known. */
  timestampMs: number;
  /** `contactAction` or `lidContactAction`. */
  contact: ContactAction | null;
  /** `pushNameSetting`. */
  pushName: string | null;
}

/** Texts that are missing are null. */
export interface ContactAction {
  fullName: string | null;
  firstName: string | null;
  lidJid: string | null;
  pnJid: string | null;
  username: string | null;
}

/** Longer texts are cut. */
const MAX_TEXT_BYTES = 4_096;

/** Field numbers in Baileys' WAProto. */
const DATA = { index: 1, value: 2 };
const VALUE = { timestamp: 1, contactAction: 3, pushNameSetting: 7, lidContactAction: 61 };
const CONTACT = { fullName: 1, firstName: 2, lidJid: 3, pnJid: 5, username: 6 };
const LID_CONTACT = { fullName: 1, firstName: 2, username: 3 };
const PUSH_NAME_SETTING = { name: 1 };

/**
 * Reads `SyncActionData`.
 * @throws CorruptAppState
 */
export function readActionData(bytes: Uint8Array): { index: Buffer; value: ActionValue | null } {
  try {
    let index = Buffer.alloc(0);
    let value: ActionValue | null = null;
    forEachField(bytes, (field, content) => {
      if (field === DATA.index) index = Buffer.from(content());
      else if (field === DATA.value) value = readActionValue(content());
    });
    return { index, value };
  } catch (cause) {
    throw new CorruptAppState('A record cannot be read', { cause });
  }
}

function readActionValue(bytes: Uint8Array): ActionValue {
  const value: ActionValue = { timestampMs: 0, contact: null, pushName: null };
  let lidContact: ContactAction | null = null;
  forEachField(
    bytes,
    (field, content) => {
      if (field === VALUE.contactAction) value.contact = readContact(content(), CONTACT);
      else if (field === VALUE.lidContactAction) lidContact = readContact(content(), LID_CONTACT);
      else if (field === VALUE.pushNameSetting)
        value.pushName = textsOf(content())[PUSH_NAME_SETTING.name] ?? null;
    },
    (field, number) => {
      if (field === VALUE.timestamp) value.timestampMs = number;
    },
  );
  value.contact ??= lidContact;
  return value;
}

function readContact(bytes: Uint8Array, fields: Partial<typeof CONTACT>): ContactAction {
  const texts = textsOf(bytes);
  const text = (field: number | undefined) => (field === undefined ? null : (texts[field] ?? null));
  return {
    fullName: text(fields.fullName),
    firstName: text(fields.firstName),
    lidJid: text(fields.lidJid),
    pnJid: text(fields.pnJid),
    username: text(fields.username),
  };
}

function textsOf(bytes: Uint8Array): Record<number, string | undefined> {
  const texts: Record<number, string | undefined> = {};
  forEachField(bytes, (field, content) => {
    const text = Buffer.from(content());
    const isCut = text.length > MAX_TEXT_BYTES;
    texts[field] = isCut
      ? new TextDecoder().decode(text.subarray(0, MAX_TEXT_BYTES), { stream: true })
      : text.toString();
  });
  return texts;
}
