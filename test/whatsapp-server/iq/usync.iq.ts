import { proto } from '@whiskeysockets/baileys';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { mayLook } from '../profile.js';
import type { ServerSettings } from '../server-settings.js';
import { child, childBytes, children, element, nowSeconds, textOf } from '../stanza.js';
import type { Contact } from '../contact.js';
import { verifiedNameElement } from '../contact-news.js';
import type { Phone } from '../phone.js';
import type { IqHandler, LoggedInContext } from './iq-handler.js';

type Person = Phone | Contact;
type Protocol = (person: Person, asked: Asked) => BinaryNode | undefined;

/** What a query says beside the protocols. */
interface Asked {
  readonly settings: ServerSettings;
  readonly token: Buffer | undefined;
}

/** `usync`: facts about many users at once; the query says which. */
export const answerUsync: IqHandler = (iq, context) => {
  const usync = child(iq, 'usync');
  const protocols = children(child(usync, 'query')).map((each) => each.tag);
  const users = children(child(usync, 'list'), 'user');
  const { usyncAdds, usyncLeavesOut } = context.network.settings;
  const answered = users.filter(({ attrs }) => !usyncLeavesOut.has(attrs.jid ?? ''));
  const list = [...usyncAdds, ...answered.flatMap((user) => answerUser(user, protocols, context))];
  const outcome = protocols.map((each) => element(each, {}));
  return [element('usync', { ...usync?.attrs }, [element('result', {}, outcome), element('list', {}, list)])];
};

function answerUser(
  user: BinaryNode,
  protocols: readonly string[],
  { network: { directory, settings } }: LoggedInContext,
): BinaryNode[] {
  const number = textOf(child(user, 'contact')).replace(/^\+/, '');
  const jid = user.attrs.jid ?? `${number}@s.whatsapp.net`;
  const person = directory.find(jid);
  const facts = protocols.flatMap((name) => {
    if (!person) return name === 'contact' ? [element('contact', { type: 'out' })] : [];
    const fact = PROTOCOLS[name]?.(person, { settings, token: childBytes(user, 'tctoken') });
    return fact ? [fact] : [];
  });
  return [element('user', { jid: person && number ? person.jid : jid }, facts)];
}

const PROTOCOLS: Record<string, Protocol> = {
  contact: () => element('contact', { type: 'in' }),
  lid: (person) => (person.lidJid ? element('lid', { val: person.lidJid }) : undefined),
  status: (person, { token }) => statusOf(person, token),
  text_status: (person, { token }) => textStatusOf(person, token),
  username: (person) => element('username', {}, person.username ? Buffer.from(person.username) : undefined),
  picture: (person, { settings, token }) => (settings.tellsPictures ? pictureOf(person, token) : undefined),
  devices: (person, { settings }) => devicesOf(person, settings.tellsAccountKeys),
  business: (person) =>
    person.verifiedName === undefined
      ? undefined
      : element('business', {}, [verifiedNameElement(person.verifiedName)]),
  disappearing_mode: () => element('disappearing_mode', { duration: '0', t: '0' }),
};

/** The about text; 401 stands for one that its owner hides. */
function statusOf(person: Person, token: Buffer | undefined): BinaryNode {
  const { about } = person.profile;
  if (about.hidden || !mayLook(person, token)) return element('status', { code: '401', type: 'fail' });
  const t = String(Math.floor(about.setAt.getTime() / 1000));
  return about.text ? element('status', { t }, Buffer.from(about.text)) : element('status', { t });
}

/** The about text in its new form; without attributes when it never was set. */
function textStatusOf(person: Person, token: Buffer | undefined): BinaryNode {
  const { textStatus } = person.profile;
  if (!mayLook(person, token)) return element('text_status', {}, [refusal('401')]);
  if (!textStatus) return element('text_status', {});
  const { text, emoji, setAt, seconds } = textStatus;
  const attrs = {
    text,
    last_update_time: String(Math.floor(setAt.getTime() / 1000)),
    ephemeral_duration_sec: String(seconds ?? 0),
  };
  return element('text_status', attrs, emoji === undefined ? [] : [element('emoji', { content: emoji })]);
}

/** The id of the picture; 401 when it is hidden, no id when there is none. */
function pictureOf(person: Person, token: Buffer | undefined): BinaryNode {
  const { picture } = person.profile;
  if (picture === 'hidden' || !mayLook(person, token)) return element('picture', {}, [refusal('401')]);
  return element('picture', { id: picture?.id });
}

function refusal(code: string): BinaryNode {
  return element('error', { code, text: 'not-authorized' });
}

/** The devices, in a key-index list that is signed with the account's identity key, and does not tell it unless asked to. */
function devicesOf(person: Person, tellsAccountKey: boolean): BinaryNode {
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
    accountSignature: person.keys.sign(Buffer.concat([Buffer.from([6, 2]), details])),
    accountSignatureKey: tellsAccountKey ? identity.public : undefined,
  }).finish();
  return element('devices', {}, [
    element('device-list', { hash: '2:000000' }, devices),
    element('key-index-list', { ts: nowSeconds() }, Buffer.from(signed)),
  ]);
}
