import { Curve, proto } from '@whiskeysockets/baileys';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { child, children, element, nowSeconds, textOf } from '../stanza.js';
import type { Contact } from '../contact.js';
import { verifiedNameElement } from '../contact-news.js';
import type { Phone } from '../phone.js';
import type { IqHandler, LoggedInContext } from './iq-handler.js';

type Person = Phone | Contact;
type Protocol = (person: Person) => BinaryNode | undefined;

/** `usync`: facts about many users at once; the query says which. */
export const answerUsync: IqHandler = (iq, context) => {
  const usync = child(iq, 'usync');
  const protocols = children(child(usync, 'query')).map((each) => each.tag);
  const users = children(child(usync, 'list'), 'user');
  const list = users.flatMap((user) => answerUser(user, protocols, context));
  const outcome = protocols.map((each) => element(each, {}));
  return [element('usync', { ...usync?.attrs }, [element('result', {}, outcome), element('list', {}, list)])];
};

function answerUser(
  user: BinaryNode,
  protocols: readonly string[],
  { network }: LoggedInContext,
): BinaryNode[] {
  const number = textOf(child(user, 'contact')).replace(/^\+/, '');
  const jid = user.attrs.jid ?? `${number}@s.whatsapp.net`;
  const person = network.directory.find(jid);
  const facts = protocols.flatMap((name) => {
    if (!person) return name === 'contact' ? [element('contact', { type: 'out' })] : [];
    const fact = PROTOCOLS[name]?.(person);
    return fact ? [fact] : [];
  });
  return [element('user', { jid: person && number ? person.jid : jid }, facts)];
}

const PROTOCOLS: Record<string, Protocol> = {
  contact: () => element('contact', { type: 'in' }),
  lid: (person) => (person.lidJid ? element('lid', { val: person.lidJid }) : undefined),
  status: (person) => statusOf(person),
  devices: (person) => devicesOf(person),
  business: (person) =>
    person.verifiedName === undefined
      ? undefined
      : element('business', {}, [verifiedNameElement(person.verifiedName)]),
  disappearing_mode: () => element('disappearing_mode', { duration: '0', t: '0' }),
};

/** The about text; 401 stands for one that its owner hides. */
function statusOf(person: Person): BinaryNode {
  const { about } = person.profile;
  if (about.hidden) return element('status', { code: '401', type: 'fail' });
  const t = String(Math.floor(about.setAt.getTime() / 1000));
  return about.text ? element('status', { t }, Buffer.from(about.text)) : element('status', { t });
}

/**
 * The devices, with the account's identity key in a signed key-index list. What exactly the real list's signature
 * covers is not known here; it is made like the other account signatures.
 */
function devicesOf(person: Person): BinaryNode {
  const devices = person.devices.map((id) =>
    element('device', { id: String(id), 'key-index': id === 0 ? undefined : String(id) }),
  );
  const { identity } = person.keys.signal;
  const details = proto.ADVKeyIndexList.encode({
    rawId: 1,
    timestamp: Math.floor(Date.now() / 1000),
    currentIndex: Math.max(...person.devices),
    validIndexes: [...person.devices],
    accountType: proto.ADVEncryptionType.E2EE,
  }).finish();
  const signed = proto.ADVSignedKeyIndexList.encode({
    details,
    accountSignature: Curve.sign(identity.private, Buffer.concat([Buffer.from([6, 2]), details])),
    accountSignatureKey: identity.public,
  }).finish();
  return element('devices', {}, [
    element('device-list', { hash: '2:000000' }, devices),
    element('key-index-list', { ts: nowSeconds() }, Buffer.from(signed)),
  ]);
}
