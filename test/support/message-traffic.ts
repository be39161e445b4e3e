import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Companion } from '../whatsapp-server/companion.js';
import { PersonKeys } from '../whatsapp-server/person-keys.js';
import { element, nowSeconds } from '../whatsapp-server/stanza.js';

const GROUP = '120363000000000001@g.us';
const KINDS = ['direct', 'group', 'status'] as const;

/** A contact that writes to one account. */
export interface Writer {
  number: string;
  lid: string;
  pushName: string;
  /** `<enc>` of the only message that it encrypts. */
  enc: BinaryNode;
}

/**
 * Creates contacts with these numbers. All messages contain the same ciphertext, so that a test can send thousands of
 * messages per second. The service never decrypts them.
 */
export async function createWriters(companion: Companion, numbers: readonly string[]): Promise<Writer[]> {
  const { signal } = new PersonKeys();
  await signal.openSession(companion.address, companion.takePreKeyBundle());
  const { type, bytes } = await signal.encrypt(companion.address, { conversation: 'Good morning' });
  const enc = element('enc', { v: '2', type }, bytes);
  return numbers.map((number, i) => ({ number, lid: `8${number}`, pushName: `person ${i}`, enc }));
}

/** Returns the next message of a writer. Direct messages, group messages and statuses take turns. */
export function messageOf({ number, lid, pushName, enc }: Writer, turn: number): BinaryNode {
  const kind = KINDS[turn % KINDS.length];
  const [jid, lidJid] = [`${number}@s.whatsapp.net`, `${lid}@lid`];
  const common = { t: nowSeconds(), notify: pushName, type: 'text', addressing_mode: 'lid' };
  if (kind === 'direct') return element('message', { ...common, from: lidJid, sender_pn: jid }, [enc]);
  const participant = { participant: lidJid, participant_pn: jid };
  return kind === 'group'
    ? element('message', { ...common, ...participant, from: GROUP }, [enc])
    : element('status', { ...common, ...participant, from: 'status@broadcast' }, [enc]);
}
