import { type BinaryNode, Curve, proto } from '@whiskeysockets/baileys';
import type { AddressBookOwner } from '../../src/contacts/write/contact-changes.js';
import type { Jid, Lid } from '../../src/kernel/identifiers/address.js';
import type { StanzaChanges } from '../../src/whatsapp/stanzas/stanza-changes.js';

/** Account that receives the stanzas of unit specs. */
export const OWNER: AddressBookOwner = {
  accountId: 1,
  jid: '491700000000@s.whatsapp.net' as Jid,
  lid: '80000000000000@lid' as Lid,
};

export const ANNA = '491701234567@s.whatsapp.net' as Jid;
export const ANNA_LID = '81234567890123@lid' as Lid;

type Reader = (stanza: BinaryNode, owner: AddressBookOwner) => StanzaChanges;

/** Returns the changes that a reader finds in a stanza, without empty lists. */
export function changesIn(read: Reader, stanza: BinaryNode): Record<string, unknown> {
  const found = Object.entries(read(stanza, OWNER)) as [string, unknown[]][];
  return Object.fromEntries(found.filter(([, list]) => list.length > 0));
}

/** `<notification>` of a type, by default from Anna. */
export function notification(
  type: string,
  content: BinaryNode['content'],
  attrs: Record<string, string> = {},
): BinaryNode {
  return { tag: 'notification', attrs: { id: '1', from: ANNA, type, t: '1700000000', ...attrs }, content };
}

export function element(
  tag: string,
  attrs: Record<string, string> = {},
  content?: BinaryNode['content'],
): BinaryNode {
  return { tag, attrs, content };
}

/** Certificate of a business, signed with the identity key of its account. */
export function certificate(
  verifiedName: string,
  { issuer = 'smb:wa', signer = IDENTITY.private }: { issuer?: string; signer?: Uint8Array } = {},
): Uint8Array {
  const details = proto.VerifiedNameCertificate.Details.encode({
    verifiedName,
    issuer,
    serial: 1,
  }).finish();
  const signature = Curve.sign(signer, details);
  return proto.VerifiedNameCertificate.encode({ details, signature }).finish();
}

/** Another contact. */
export const BEN = '491701234568@s.whatsapp.net' as Jid;

/** Identity key pair of an account. */
export const IDENTITY = Curve.generateKeyPair();

/** Device list signed with the account key. Hosted accounts use another prefix. */
export function keyIndexList({
  key = IDENTITY.public,
  signer = IDENTITY.private,
  prefix = [6, 2],
}: { key?: Uint8Array; signer?: Uint8Array; prefix?: number[] } = {}): Uint8Array {
  const details = proto.ADVKeyIndexList.encode({ rawId: 1, timestamp: 1, currentIndex: 0 }).finish();
  const accountSignature = Curve.sign(signer, Buffer.concat([Buffer.from(prefix), details]));
  return proto.ADVSignedKeyIndexList.encode({
    details,
    accountSignature,
    accountSignatureKey: key,
  }).finish();
}

/** Stanzas that must be ignored, regardless of their type. */
export const MALFORMED: [string, BinaryNode['content'], Record<string, string>][] = [
  ['no content', undefined, {}],
  ['text in place of elements', 'text', {}],
  ['bytes in place of elements', Buffer.from([0xff, 0x00]), {}],
  ['an unknown child', [element('something', { jid: ANNA })], {}],
  [
    'a child without attributes, without a sender',
    [element('set'), element('update'), element('modify')],
    { from: '' },
  ],
  ['a group', [element('set', { id: '1' }), element('update')], { from: '120363012345678901@g.us' }],
  ['a child about nonsense', [element('set', { jid: 'x' }), element('update', { jid: '@' })], {}],
  ['a number change to nonsense', [element('modify', { old: ANNA, new: 'x' })], {}],
];
