import { type BinaryNode, getBinaryNodeChild } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import { isLid, parseAddress, parseJid } from '../../kernel/identifiers/address.js';
import { isOwn, timeOf } from '../wire/stanza-values.js';
import type { StanzaChanges } from './stanza-changes.js';

/**
 * Reads the caller from `<call from notify><offer call-creator caller_pn/></call>`, as Baileys' `handleCall`.
 *
 * The caller's client writes the content, so only `from` identifies the caller, and the number is used like one from
 * history: only if nothing else contradicts it.
 */
export function readCallStanza(stanza: BinaryNode, owner: AddressBookOwner): StanzaChanges {
  const { from, notify } = stanza.attrs;
  const caller = parseAddress(from);
  if (!caller || isOwn(caller, owner)) return {};
  const { 'call-creator': creator = from, caller_pn: number } =
    getBinaryNodeChild(stanza, 'offer')?.attrs ?? {};
  const jid = isLid(caller) && parseAddress(creator) === caller ? parseJid(number) : null;
  return {
    mappings: jid && isLid(caller) ? [{ jid, lid: caller, observedAt: null }] : [],
    pushNames: notify ? [{ address: caller, name: notify, observedAt: timeOf(stanza) }] : [],
  };
}
