import { type BinaryNode, getBinaryNodeChild, S_WHATSAPP_NET } from '@whiskeysockets/baileys';
import { type Address, isLid, type Lid, parseLid } from '../../kernel/identifiers/address.js';
import type { TextStatus } from '../../contacts/write/contact-changes.js';
import { identityKeyIn } from '../wire/signed-key-index.js';
import { bytesOf, elementsOf, parseSeconds, pictureIdOf, textIn, usersAsked } from '../wire/stanza-values.js';
import { toTextStatus } from '../wire/text-status.js';
import { type VerifiedName, verifiedNameIn } from '../wire/verified-name.js';
import { TOO_MANY_REQUESTS } from '../wire/iq-error.js';
import { stateOfCode } from './picture-query.js';
import type { PrivacyToken } from './privacy-token.js';
import { RateLimited } from './profile-errors.js';

/** What one query tells of a person; what it does not tell is null. */
export interface Profile {
  lid: Lid | null;
  about: { text: string | null; setAt: Date | null } | null;
  /** The new form of the about. */
  textStatus: Omit<TextStatus, 'address'> | null;
  username: string | null;
  picture: PictureHint | null;
  business: { isBusiness: boolean; name: VerifiedName | null } | null;
  identityKey: Buffer | null;
}

/** What usync tells of a picture: its id, or that none is shown. */
export type PictureHint = { state: 'present'; id: string } | { state: 'none' | 'hidden' };

/**
 * The protocols asked for, in the form in which whatsmeow's `GetUserInfo` asks; `text_status` and `username` as zapo does.
 */
const PROTOCOLS: BinaryNode[] = [
  { tag: 'status', attrs: {} },
  { tag: 'text_status', attrs: {} },
  { tag: 'username', attrs: {} },
  { tag: 'picture', attrs: {} },
  { tag: 'business', attrs: {}, content: [{ tag: 'verified_name', attrs: {} }] },
  { tag: 'devices', attrs: { version: '2' } },
  { tag: 'lid', attrs: {} },
];

/** Codes of a status that its owner does not show. */
const HIDDEN_CODES = new Set(['401', '403']);

/**
 * One usync query for the profiles of many people.
 *
 * It is not made by Baileys' `executeUSyncQuery`, whose parsers reject the whole answer for one person's error, and
 * which does not look at what the server says of the query itself.
 */
export function profileQuery(
  people: Address[],
  { id, tokens }: { id: string; tokens: Map<Address, PrivacyToken> },
): BinaryNode {
  const users = people.map((jid) => userOf(jid, tokens.get(jid)));
  return {
    tag: 'iq',
    attrs: { to: S_WHATSAPP_NET, type: 'get', xmlns: 'usync' },
    content: [
      {
        tag: 'usync',
        attrs: { context: 'background', mode: 'full', sid: id, last: 'true', index: '0' },
        content: [
          { tag: 'query', attrs: {}, content: PROTOCOLS },
          { tag: 'list', attrs: {}, content: users },
        ],
      },
    ],
  };
}

/** With the person's privacy token, without which their about may be refused as hidden (whatsmeow's `usync`). */
function userOf(jid: Address, token: PrivacyToken | undefined): BinaryNode {
  const user: BinaryNode = { tag: 'user', attrs: { jid } };
  if (token) user.content = [{ tag: 'tctoken', attrs: {}, content: token.token }];
  return user;
}

/**
 * Reads the response, by requested address. Contacts that it does not contain are not on WhatsApp, or the response is incomplete.
 * @param asked the contacts in the query; others are ignored
 * @throws RateLimited when the server refuses one of the protocols for having been asked too much
 */
export function readProfiles(answer: BinaryNode, asked: Address[]): Map<Address, Profile> {
  const usync = getBinaryNodeChild(answer, 'usync');
  const refused = refusedProtocols(usync);
  const profiles = new Map<Address, Profile>();
  for (const [address, user] of usersAsked(getBinaryNodeChild(usync, 'list'), asked)) {
    profiles.set(address, readProfile(user, address, refused));
  }
  return profiles;
}

/** `<result><devices><error code/></devices></result>`: the whole protocol has failed. */
function refusedProtocols(usync: BinaryNode | undefined): Set<string> {
  const errors = elementsOf(getBinaryNodeChild(usync, 'result')).flatMap((protocol) => {
    const code = getBinaryNodeChild(protocol, 'error')?.attrs.code;
    return code ? [{ name: protocol.tag, code }] : [];
  });
  if (errors.some(({ code }) => code === String(TOO_MANY_REQUESTS))) throw new RateLimited();
  return new Set(errors.map(({ name }) => name));
}

function readProfile(user: BinaryNode, address: Address, refused: Set<string>): Profile {
  const devices = getBinaryNodeChild(user, 'devices');
  return {
    lid: isLid(address) ? null : parseLid(getBinaryNodeChild(user, 'lid')?.attrs.val),
    about: aboutOf(getBinaryNodeChild(user, 'status')),
    textStatus: textStatusOf(getBinaryNodeChild(user, 'text_status')),
    username: usernameOf(getBinaryNodeChild(user, 'username')),
    picture: pictureOf(getBinaryNodeChild(user, 'picture')),
    business: refused.has('business') ? null : businessOf(user),
    identityKey: devices ? identityKeyIn(bytesOf(getBinaryNodeChild(devices, 'key-index-list'))) : null,
  };
}

/** `<status t>text</status>`; with code 401, as attribute or in an error, it is hidden. */
function aboutOf(status: BinaryNode | undefined): Profile['about'] {
  if (!status) return null;
  const code = getBinaryNodeChild(status, 'error')?.attrs.code ?? status.attrs.code;
  if (code) return HIDDEN_CODES.has(code) ? { text: null, setAt: null } : null;
  return { text: textIn(status), setAt: parseSeconds(status.attrs.t) };
}

/**
 * `<text_status text last_update_time ephemeral_duration_sec><emoji content/></text_status>`, as in zapo's
 * `parseUsyncTextStatuses`. One that never was set has no time, and tells nothing.
 */
function textStatusOf(status: BinaryNode | undefined): Profile['textStatus'] {
  if (!status || getBinaryNodeChild(status, 'error') || status.attrs.code) return null;
  const { text, last_update_time: setAt, ephemeral_duration_sec: seconds } = status.attrs;
  const emoji = getBinaryNodeChild(status, 'emoji')?.attrs.content;
  return toTextStatus({ text, emoji, setAt, seconds });
}

/** `<username>anna</username>`. An empty one may be unknown as well as none, and changes nothing. */
function usernameOf(username: BinaryNode | undefined): string | null {
  return textIn(username).trim() || null;
}

/** `<picture id/>`; with an error, or without an id, none is shown. Only the real server can confirm the latter. */
function pictureOf(picture: BinaryNode | undefined): PictureHint | null {
  if (!picture) return null;
  const id = pictureIdOf(picture.attrs.id);
  if (id) return { state: 'present', id };
  if (picture.attrs.id) return null;
  const code = getBinaryNodeChild(picture, 'error')?.attrs.code ?? picture.attrs.code;
  if (!code) return { state: 'none' };
  const state = stateOfCode(Number(code));
  return state === 'unknown' ? null : { state };
}

/** Accounts that are no business have no such element; so has a person of whom nothing at all is told. */
function businessOf(user: BinaryNode): Profile['business'] {
  const business = getBinaryNodeChild(user, 'business');
  if (!business) return elementsOf(user).length > 0 ? { isBusiness: false, name: null } : null;
  if (getBinaryNodeChild(business, 'error')) return null;
  const verifiedName = getBinaryNodeChild(business, 'verified_name');
  // `<verified_name><error/></verified_name>`: there is none, so the account is not a business.
  const isBusiness = verifiedName !== undefined && !getBinaryNodeChild(verifiedName, 'error');
  return { isBusiness, name: isBusiness ? verifiedNameIn(business) : null };
}
