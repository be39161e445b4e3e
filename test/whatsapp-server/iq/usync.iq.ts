import type { BinaryNode } from '@whiskeysockets/baileys';
import { proto } from '@whiskeysockets/baileys';
import type { Contact } from '../contact.js';
import { verifiedNameElement } from '../contact-news.js';
import type { Impostor } from '../impostor.js';
import type { Phone } from '../phone.js';
import { canView } from '../profile.js';
import type { ServerSettings } from '../server-settings.js';
import { child, childBytes, children, element, nowSeconds, textOf } from '../stanza.js';
import type { IqHandler, LoggedInContext } from './iq-handler.js';

type Person = Phone | Contact;
type Protocol = (person: Person, options: QueryOptions) => BinaryNode | undefined;

/** Input of a protocol. */
interface QueryOptions {
  readonly settings: ServerSettings;
  readonly impostor: Impostor;
  readonly token: Buffer | undefined;
}

/** `usync`: returns data about many users. The query contains the users and the protocols, which select the data. */
export const answerUsync: IqHandler = (iq, context) => {
  const usync = child(iq, 'usync');
  const protocols = children(child(usync, 'query')).map((each) => each.tag);
  const users = children(child(usync, 'list'), 'user');
  const { usyncAdds, usyncErrors, usyncLeavesOut } = context.network.settings;
  const answered = users.filter((user) => !usyncLeavesOut.has(user.attrs.jid ?? jidOf(numberIn(user))));
  const list = [...usyncAdds, ...answered.flatMap((user) => answerUser(user, protocols, context))];
  const outcome = protocols.map((each) => {
    const code = usyncErrors.get(each);
    return element(each, {}, code === undefined ? undefined : [failure(code)]);
  });
  return [element('usync', { ...usync?.attrs }, [element('result', {}, outcome), element('list', {}, list)])];
};

function answerUser(
  user: BinaryNode,
  protocols: readonly string[],
  { network: { directory, settings, impostor } }: LoggedInContext,
): BinaryNode[] {
  const query = childBytes(user, 'contact');
  const number = numberIn(user);
  const jid = user.attrs.jid ?? jidOf(settings.numberAliases.get(number) ?? number);
  const person = directory.find(jid);
  const results = protocols.flatMap((name) => {
    if (settings.usyncErrors.has(name)) return [];
    const code = settings.usyncUserErrors.get(name);
    if (code !== undefined) return [element(name, {}, [failure(code)])];
    if (name === 'contact') return [contactOf(number, person, query)];
    const result =
      person && PROTOCOLS[name]?.(person, { settings, impostor, token: childBytes(user, 'tctoken') });
    return result ? [result] : [];
  });
  const requested = person && number ? person.jid : jid;
  return [element('user', addressesOf(requested, person, settings), results)];
}

/** Returns the digits of the requested number; empty if the user is requested by JID. */
function numberIn(user: BinaryNode): string {
  return textOf(child(user, 'contact')).replace(/^\+/, '');
}

function jidOf(number: string): string {
  return `${number}@s.whatsapp.net`;
}

/**
 * Returns whether a number is registered (`in`), not registered (`out`), or not a number at all (`invalid`). The
 * element contains the number as requested, which whatsmeow's `IsOnWhatsApp` reads.
 */
function contactOf(number: string, person: Person | undefined, query: Buffer | undefined): BinaryNode {
  const isValid = !query || /^\d{7,15}$/.test(number);
  return element('contact', { type: !isValid ? 'invalid' : person ? 'in' : 'out' }, query);
}

/** Returns the addresses of a user in the response: as requested, or the LID with the number in `pn_jid`. */
function addressesOf(
  requested: string,
  person: Person | undefined,
  { usyncByLid, usyncPnJid }: ServerSettings,
): Record<string, string | undefined> {
  if (!usyncByLid || !person?.lidJid) return { jid: requested };
  return { jid: person.lidJid, pn_jid: usyncPnJid ?? person.jid };
}

const PROTOCOLS: Record<string, Protocol> = {
  lid: (person) => (person.lidJid ? element('lid', { val: person.lidJid }) : undefined),
  status: (person, { token }) => statusOf(person, token),
  text_status: (person, { token }) => textStatusOf(person, token),
  username: (person) => element('username', {}, person.username ? Buffer.from(person.username) : undefined),
  picture: (person, { settings, token }) => (settings.tellsPictures ? pictureOf(person, token) : undefined),
  devices: devicesOf,
  business: businessOf,
  disappearing_mode: () => element('disappearing_mode', { duration: '0', t: '0' }),
};

/** Returns the verified name of a business. For other accounts, returns nothing, or an element with an error. */
function businessOf(
  { verifiedName, keys }: Person,
  { settings, impostor }: QueryOptions,
): BinaryNode | undefined {
  if (verifiedName !== undefined)
    return element('business', {}, [verifiedNameElement(verifiedName, keys, impostor)]);
  const error = element('error', { code: '404', text: 'item-not-found' });
  return settings.usyncBusinessErrors
    ? element('business', {}, [element('verified_name', {}, [error])])
    : undefined;
}

/** Returns the about text; code 401 if it is hidden. */
function statusOf(person: Person, token: Buffer | undefined): BinaryNode {
  const { about } = person.profile;
  if (about.hidden || !canView(person, token)) return element('status', { code: '401', type: 'fail' });
  const t = String(Math.floor(about.setAt.getTime() / 1000));
  return about.text ? element('status', { t }, Buffer.from(about.text)) : element('status', { t });
}

/** Returns the text status; without attributes if it was never set. */
function textStatusOf(person: Person, token: Buffer | undefined): BinaryNode {
  const { textStatus } = person.profile;
  if (!canView(person, token)) return element('text_status', {}, [refusal('401')]);
  if (!textStatus) return element('text_status', {});
  const { text, emoji, setAt, seconds } = textStatus;
  const attrs = {
    text,
    last_update_time: String(Math.floor(setAt.getTime() / 1000)),
    ephemeral_duration_sec: String(seconds ?? 0),
  };
  return element('text_status', attrs, emoji === undefined ? [] : [element('emoji', { content: emoji })]);
}

/** Returns the id of the picture; error 401 if it is hidden, no id if there is none. */
function pictureOf(person: Person, token: Buffer | undefined): BinaryNode {
  const { picture } = person.profile;
  if (picture === 'hidden' || !canView(person, token)) return element('picture', {}, [refusal('401')]);
  return element('picture', { id: picture?.id });
}

function failure(code: number): BinaryNode {
  return element('error', { code: String(code) });
}

function refusal(code: string): BinaryNode {
  return element('error', { code, text: 'not-authorized' });
}

/** Returns the devices and a key-index list that the identity key signs. The list contains this key if configured. */
function devicesOf(person: Person, { settings, impostor }: QueryOptions): BinaryNode {
  const devices = person.devices.map((id) =>
    element('device', { id: String(id), 'key-index': id === 0 ? undefined : String(id) }),
  );
  const { identity } = person.keys.signal;
  const details = proto.ADVKeyIndexList.encode({
    rawId: 1,
    timestamp: 1_700_000_000,
    currentIndex: Math.max(...person.devices),
    validIndexes: [...person.devices],
    accountType: proto.ADVEncryptionType.E2EE,
  }).finish();
  const signed = proto.ADVSignedKeyIndexList.encode({
    details,
    accountSignature: person.keys.sign(Buffer.concat([Buffer.from([6, 2]), details]), {
      forged: impostor.forges.has('key-index-list'),
    }),
    accountSignatureKey: settings.includesAccountKeys ? identity.public : undefined,
  }).finish();
  return element('devices', {}, [
    element('device-list', { hash: '2:000000' }, devices),
    element('key-index-list', { ts: nowSeconds() }, Buffer.from(signed)),
  ]);
}
