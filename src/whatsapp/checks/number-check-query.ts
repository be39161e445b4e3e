import { type BinaryNode, getBinaryNodeChild, S_WHATSAPP_NET } from '@whiskeysockets/baileys';
import type { NumberAnswer } from '../../contacts/checks/number-check.js';
import { parseJid, parseLid, type Phone, phoneOf } from '../../kernel/identifiers/address.js';
import { RateLimited } from '../profiles/profile-errors.js';
import { TOO_MANY_REQUESTS } from '../wire/iq-error.js';
import { elementsOf, textIn } from '../wire/stanza-values.js';

/** WhatsApp has refused to answer a query, in a response that is not an error as a whole. */
export class ChecksRefused extends Error {
  constructor(code: string | undefined) {
    super(`WhatsApp refused a number check (${code ?? 'no code'})`);
  }
}

/** A response contains one user for each requested number. The limit applies to responses that do not. */
const MAX_USERS = 100;

/**
 * Returns a usync query for whether numbers are registered: context `interactive`, mode `query` and numbers with "+",
 * as in Baileys' `onWhatsApp` and whatsmeow's `IsOnWhatsApp`. Baileys' own function is not used: it rejects the whole
 * response if it contains an error for one number, and drops the number as it was requested.
 *
 * The protocol `lid` is requested as well, as by earlier versions of `onWhatsApp`. Whether WhatsApp still returns LIDs
 * to this query can be verified only with the real server.
 */
export function numberCheckQuery(phones: Phone[], id: string): BinaryNode {
  const users = phones.map((phone) => ({
    tag: 'user',
    attrs: {},
    content: [{ tag: 'contact', attrs: {}, content: `+${phone}` }],
  }));
  const protocols = [
    { tag: 'contact', attrs: {} },
    { tag: 'lid', attrs: {} },
  ];
  return {
    tag: 'iq',
    attrs: { to: S_WHATSAPP_NET, type: 'get', xmlns: 'usync' },
    content: [
      {
        tag: 'usync',
        attrs: { context: 'interactive', mode: 'query', sid: id, last: 'true', index: '0' },
        content: [
          { tag: 'query', attrs: {}, content: protocols },
          { tag: 'list', attrs: {}, content: users },
        ],
      },
    ],
  };
}

/**
 * Reads the response, one answer per requested number in the same order.
 *
 * `<user jid><contact type="in">+491701234567</contact><lid val/></user>`: the content is the number as requested, and
 * `jid` may be another form of it, for example for Brazilian mobile numbers. Without content, the JID has to match.
 * `type` is `in`, `out` or `invalid` (not a number). Which of these the real server sends, whether it repeats the
 * requested number, and whether unregistered numbers have a `jid`, can be verified only with the real server.
 *
 * @throws RateLimited if WhatsApp refuses the protocol, or a number, because of too many requests
 * @throws ChecksRefused if WhatsApp refuses the protocol with another error, or if it returns only errors for numbers
 */
export function readNumberChecks(response: BinaryNode, requested: Phone[]): NumberAnswer[] {
  const usync = getBinaryNodeChild(response, 'usync');
  const refused = errorOf(getBinaryNodeChild(getBinaryNodeChild(usync, 'result'), 'contact'));
  if (refused) throw refused;
  let refusedUser: Error | null = null;
  const answers = new Map<string, NumberAnswer>();
  for (const user of elementsOf(getBinaryNodeChild(usync, 'list'), MAX_USERS)) {
    const contact = user.tag === 'user' ? getBinaryNodeChild(user, 'contact') : undefined;
    const error = errorOf(contact);
    if (error instanceof RateLimited) throw error;
    refusedUser ??= error;
    const phone = contact && numberOf(user, contact);
    if (phone && !answers.has(phone)) answers.set(phone, readAnswer(user, contact, phone as Phone));
  }
  const read = requested.map(
    (phone) => answers.get(phone) ?? { phone, onWhatsapp: null, jid: null, lid: null },
  );
  // A server that refuses every number would otherwise use up the quota of the day.
  if (refusedUser && read.every(({ onWhatsapp }) => onWhatsapp === null)) throw refusedUser;
  return read;
}

/**
 * Returns the number that an element answers; null if it contains none. `pn_jid` is only compared with requested
 * numbers, and never returned, because servers return wrong ones (see `usersAsked`).
 */
function numberOf({ attrs }: BinaryNode, contact: BinaryNode): string | null {
  const query = textIn(contact).replace(/^\+/, '');
  if (query) return query;
  const jid = parseJid(attrs.jid) ?? parseJid(attrs.pn_jid);
  return jid && phoneOf(jid);
}

function readAnswer(user: BinaryNode, contact: BinaryNode, phone: Phone): NumberAnswer {
  const { type } = contact.attrs;
  if (type !== 'in') {
    const isKnown = type === 'out' || type === 'invalid';
    return { phone, onWhatsapp: isKnown ? false : null, jid: null, lid: null };
  }
  const { jid } = user.attrs;
  const lid = parseLid(getBinaryNodeChild(user, 'lid')?.attrs.val) ?? parseLid(jid);
  return { phone, onWhatsapp: true, jid: parseJid(jid), lid };
}

function errorOf(protocol: BinaryNode | undefined): RateLimited | ChecksRefused | null {
  const error = getBinaryNodeChild(protocol, 'error');
  if (!error) return null;
  const { code } = error.attrs;
  return code === String(TOO_MANY_REQUESTS) ? new RateLimited() : new ChecksRefused(code);
}
