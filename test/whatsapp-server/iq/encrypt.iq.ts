import { createHash } from 'node:crypto';
import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Companion } from '../companion.js';
import type { Directory } from '../directory.js';
import { deviceIn } from '../jid.js';
import type { PersonKeys } from '../person-keys.js';
import { isSignedPreKey } from '../signatures.js';
import { child, childBytes, children, element, requiredBytes, StanzaError } from '../stanza.js';
import type { IqHandler, LoggedInContext } from './iq-handler.js';

const KEY_TYPE = Buffer.from([5]);

/** `encrypt`: counts, stores and digests the keys of a companion, and returns the keys of other accounts. */
export const answerEncrypt: IqHandler = (iq, context) => {
  if (iq.attrs.type === 'set') return storeKeys(iq, context.companion);
  const request = child(iq);
  switch (request?.tag) {
    case 'count':
      return [element('count', { value: String(context.companion.preKeys.size) })];
    case 'digest':
      return [digest(context.companion)];
    case 'key':
      return [
        element(
          'list',
          {},
          children(request, 'user').map((user) => keyBundle(user, context)),
        ),
      ];
    case 'identity':
      if (!context.network.settings.supportsIdentityRequests) return undefined;
      return [
        element(
          'list',
          {},
          children(request, 'user').map((user) => identity(user, context)),
        ),
      ];
    default:
      return undefined;
  }
};

function storeKeys(iq: BinaryNode, companion: Companion): BinaryNode[] {
  const rotated = child(child(iq, 'rotate'), 'skey');
  const signed = rotated ?? child(iq, 'skey');
  if (signed) {
    const id = requiredBytes(signed, 'id');
    const signedPreKey = {
      id: id.readUIntBE(0, id.length),
      publicKey: requiredBytes(signed, 'value'),
      signature: requiredBytes(signed, 'signature'),
    };
    if (!isSignedPreKey(companion.registration.identityKey, signedPreKey))
      throw new StanzaError(406, 'not-acceptable');
    companion.signedPreKey = signedPreKey;
  }
  for (const key of children(child(iq, 'list'), 'key')) {
    const id = requiredBytes(key, 'id');
    companion.preKeys.set(id.readUIntBE(0, id.length), requiredBytes(key, 'value'));
  }
  return [];
}

function bigEndian(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

function digest(companion: Companion): BinaryNode {
  const { registration, signedPreKey, preKeys } = companion;
  const hashed = Buffer.concat([
    registration.identityKey,
    signedPreKey.publicKey,
    signedPreKey.signature,
    ...preKeys.values(),
  ]);
  return element('digest', {}, [
    element('registration', {}, bigEndian(registration.registrationId, 4)),
    element('type', {}, KEY_TYPE),
    element('identity', {}, registration.identityKey),
    element('skey', {}, [
      element('id', {}, bigEndian(signedPreKey.id, 3)),
      element('value', {}, signedPreKey.publicKey),
      element('signature', {}, signedPreKey.signature),
    ]),
    element(
      'list',
      {},
      Array.from(preKeys.keys(), (id) => element('id', {}, bigEndian(id, 3))),
    ),
    element('hash', {}, createHash('sha1').update(hashed).digest()),
  ]);
}

function unknownUser(jid: string): BinaryNode {
  return element('user', { jid }, [element('error', { code: '404', text: 'item-not-found' })]);
}

function keyBundle(user: BinaryNode, { network }: LoggedInContext): BinaryNode {
  const forged = network.impostor.forges.has('signed-pre-key');
  const jid = user.attrs.jid ?? '';
  const bundle = deviceFor(jid, network.directory)?.keys.bundle({ forged });
  if (!bundle) return unknownUser(jid);
  const { preKey } = bundle;
  return element('user', { jid }, [
    element('registration', {}, bigEndian(bundle.registrationId, 4)),
    element('type', {}, KEY_TYPE),
    element('identity', {}, bundle.identityKey),
    element('skey', {}, [
      element('id', {}, bigEndian(bundle.signedPreKey.id, 3)),
      element('value', {}, bundle.signedPreKey.publicKey),
      element('signature', {}, bundle.signedPreKey.signature),
    ]),
    ...(preKey
      ? [
          element('key', {}, [
            element('id', {}, bigEndian(preKey.id, 3)),
            element('value', {}, preKey.publicKey),
          ]),
        ]
      : []),
  ]);
}

/** Returns a device of an account; the contact itself if it has only one device. */
function deviceFor(jid: string, directory: Directory): { keys: PersonKeys } | undefined {
  const person = directory.find(jid);
  return person && 'deviceOf' in person ? person.deviceOf(deviceIn(jid)) : person;
}

function identity(user: BinaryNode, { network }: LoggedInContext): BinaryNode {
  const jid = user.attrs.jid ?? '';
  const person = network.directory.find(jid);
  if (!person) return unknownUser(jid);
  return element('user', { jid }, [
    element('type', {}, childBytes(user, 'type') ?? KEY_TYPE),
    element('identity', {}, Buffer.from(person.keys.signal.identity.public)),
  ]);
}
