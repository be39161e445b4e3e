import { type BinaryNode, getBinaryNodeChild, S_WHATSAPP_NET } from '@whiskeysockets/baileys';
import type { TextStatus } from '../../contacts/write/contact-changes.js';
import { type Address, isLid, type Lid, parseLid } from '../../kernel/identifiers/address.js';
import { TOO_MANY_REQUESTS } from '../wire/iq-error.js';
import { identityKeyIn } from '../wire/signed-key-index.js';
import { bytesOf, elementsOf, parseSeconds, pictureIdOf, textIn, usersAsked } from '../wire/stanza-values.js';
import { toTextStatus } from '../wire/text-status.js';
import { type VerifiedName, verifiedNameIn } from '../wire/verified-name.js';
import { stateOfCode } from './picture-query.js';
import type { PrivacyToken } from './privacy-token.js';
import { RateLimited } from './profile-errors.js';

/** Profile of a contact. Null means that the response does not contain the value. */
export interface Profile {
  lid: Lid | null;
  about: { text: string | null; setAt: Date | null } | null;
  /** Replaces the about text in newer clients. */
  textStatus: Omit<TextStatus, 'address'> | null;
  username: string | null;
  picture: PictureHint | null;
  business: { isBusiness: boolean; name: VerifiedName | null } | null;
  identityKey: Buffer | null;
}

/** State of a picture in a usync response, which does not contain the picture's URL. */
export type PictureHint = { state: 'present'; id: string } | { state: 'none' | 'hidden' };

/** Requested protocols, as in whatsmeow's `GetUserInfo`; `text_status` and `username` as in zapo. */
const PROTOCOLS: BinaryNode[] = [
  { tag: 'status', attrs: {} },
  { tag: 'text_status', attrs: {} },
  { tag: 'username', attrs: {} },
  { tag: 'picture', attrs: {} },
  { tag: 'business', attrs: {}, content: [{ tag: 'verified_name', attrs: {} }] },
  { tag: 'devices', attrs: { version: '2' } },
  { tag: 'lid', attrs: {} },
];

/** Codes of an about text that is hidden from this account. */
const HIDDEN_CODES = new Set(['401', '403']);

/**
 * Returns a usync query for the profiles of several contacts.
 *
 * Baileys' `executeUSyncQuery` is not used: it rejects the whole response if it contains an error for one user, and
 * ignores errors for a whole protocol.
 */
export function profileQuery(
  addresses: Address[],
  { id, tokens }: { id: string; tokens: Map<Address, PrivacyToken> },
): BinaryNode {
  const users = addresses.map((jid) => userOf(jid, tokens.get(jid)));
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

/** Without the contact's privacy token, WhatsApp may refuse the about text as hidden (whatsmeow's `usync`). */
function userOf(jid: Address, token: PrivacyToken | undefined): BinaryNode {
  const user: BinaryNode = { tag: 'user', attrs: { jid } };
  if (token) user.content = [{ tag: 'tctoken', attrs: {}, content: token.token }];
  return user;
}

/**
 * Reads the response, by requested address. Missing contacts are not on WhatsApp, or the response is incomplete.
 *
 * @param requested contacts in the query; others are ignored
 * @throws RateLimited if WhatsApp refuses a protocol because of too many requests
 */
export function readProfiles(response: BinaryNode, requested: Address[]): Map<Address, Profile> {
  const usync = getBinaryNodeChild(response, 'usync');
  const refused = refusedProtocols(usync);
  const profiles = new Map<Address, Profile>();
  for (const [address, user] of usersAsked(getBinaryNodeChild(usync, 'list'), requested)) {
    profiles.set(address, readProfile(user, address, refused));
  }
  return profiles;
}

/** Reads `<result><devices><error code/></devices></result>`: the protocol has failed for all users. */
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

/** Reads `<status t>text</status>`. It is hidden if its attribute or its `<error>` has code 401 or 403. */
function aboutOf(status: BinaryNode | undefined): Profile['about'] {
  if (!status) return null;
  const code = getBinaryNodeChild(status, 'error')?.attrs.code ?? status.attrs.code;
  if (code) return HIDDEN_CODES.has(code) ? { text: null, setAt: null } : null;
  return { text: textIn(status), setAt: parseSeconds(status.attrs.t) };
}

/**
 * Reads `<text_status text last_update_time ephemeral_duration_sec><emoji content/></text_status>`, as zapo's
 * `parseUsyncTextStatuses`. Without a time, it was never set, and null is returned.
 */
function textStatusOf(status: BinaryNode | undefined): Profile['textStatus'] {
  if (!status || getBinaryNodeChild(status, 'error') || status.attrs.code) return null;
  const { text, last_update_time: setAt, ephemeral_duration_sec: seconds } = status.attrs;
  const emoji = getBinaryNodeChild(status, 'emoji')?.attrs.content;
  return toTextStatus({ text, emoji, setAt, seconds });
}

/** Reads `<username>anna</username>`. An empty one can mean unknown or removed, so it changes nothing. */
function usernameOf(username: BinaryNode | undefined): string | null {
  return textIn(username).trim() || null;
}

/**
 * Reads `<picture id/>`. With an error or without an id, there is no visible picture. The case without an id can be
 * verified only with the real server.
 */
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

/** A user without `<business>` is not a business, unless the user element is empty. */
function businessOf(user: BinaryNode): Profile['business'] {
  const business = getBinaryNodeChild(user, 'business');
  if (!business) return elementsOf(user).length > 0 ? { isBusiness: false, name: null } : null;
  if (getBinaryNodeChild(business, 'error')) return null;
  const verifiedName = getBinaryNodeChild(business, 'verified_name');
  // `<verified_name><error/></verified_name>`: there is none, so the account is not a business.
  const isBusiness = verifiedName !== undefined && !getBinaryNodeChild(verifiedName, 'error');
  return { isBusiness, name: isBusiness ? verifiedNameIn(business) : null };
}
