import { type BinaryNode, Curve, hmacSign, proto } from '@whiskeysockets/baileys';
import { randomBytes } from 'node:crypto';
import { Companion } from './companion.js';
import type { Connection } from './connection.js';
import { SERVER_JID } from './jid.js';
import type { Network } from './network.js';
import type { Phone } from './phone.js';
import { child, element, newStanzaId, requiredBytes } from './stanza.js';

/** What a QR code says: `<ref>,<noise key>,<identity key>,<adv secret>[,<platform>]`. */
export interface QrContent {
  readonly ref: string;
  readonly noiseKey: Buffer;
  readonly identityKey: Buffer;
  readonly advSecret: Buffer;
}

/** Prefixes of what is signed (`WA_ADV_*_SIG_PREFIX` in Baileys' defaults). */
const ACCOUNT_SIGNATURE_PREFIX = Buffer.from([6, 0]);
const DEVICE_SIGNATURE_PREFIX = Buffer.from([6, 1]);

/**
 * Reads a QR code's text, with or without the link before it.
 * @throws Error when it is no such code
 */
export function readQr(qr: string): QrContent {
  const [ref, noiseKey, identityKey, advSecret] = qr.slice(qr.indexOf('#') + 1).split(',');
  if (!ref || !noiseKey || !identityKey || !advSecret) {
    throw new Error(
      'this is no QR code for linking: expected "<ref>,<noise key>,<identity key>,<adv secret>"',
    );
  }
  const decode = (text: string): Buffer => Buffer.from(text, 'base64');
  return { ref, noiseKey: decode(noiseKey), identityKey: decode(identityKey), advSecret: decode(advSecret) };
}

/** Sends a device new refs; QR codes with the ones before are void. */
export function announceQrRefs(network: Network, connection: Connection): void {
  connection.qrRefs = Array.from(
    { length: network.linking.qrRefs },
    () => `2@${randomBytes(32).toString('base64')}`,
  );
  const refs = connection.qrRefs.map((each) => element('ref', {}, Buffer.from(each)));
  const iq = element('iq', { from: SERVER_JID, type: 'set', id: newStanzaId(), xmlns: 'md' }, [
    element('pair-device', {}, refs),
  ]);
  connection.request(iq).catch(() => undefined);
}

/** The connection that shows this QR code. */
export function findByQr(network: Network, qr: QrContent): Connection | undefined {
  for (const connection of network.openConnections)
    if (connection.isOpen && connection.qrRefs.includes(qr.ref)) return connection;
  return undefined;
}

/**
 * Links the device on this connection to the phone's account and makes it log in anew (stream error 515).
 * @param advSecret 32 bytes that phone and device share, from the QR code or from the pairing code
 * @throws Error when the connection ends before, or when the device's signature is wrong
 */
export async function link(phone: Phone, connection: Connection, advSecret: Buffer): Promise<Companion> {
  const { registration } = connection;
  if (!registration) throw new Error('this connection is not of a device that wants to be linked');
  const device = phone.nextDevice();
  const companion = new Companion(phone, device, registration);
  const details = proto.ADVDeviceIdentity.encode({
    rawId: randomBytes(4).readUInt32BE() >>> 1,
    timestamp: Math.floor(Date.now() / 1000),
    keyIndex: device,
    accountType: proto.ADVEncryptionType.E2EE,
    deviceType: proto.ADVEncryptionType.E2EE,
  }).finish();
  const answer = await connection.request(pairSuccess({ phone, companion, details, advSecret }));
  verifyDeviceSignature(answer, { phone, details, identityKey: registration.identityKey });
  connection.qrRefs = [];
  phone.add(companion);
  connection.endWithStreamError(515);
  return companion;
}

function pairSuccess(pairing: {
  phone: Phone;
  companion: Companion;
  details: Uint8Array;
  advSecret: Buffer;
}): BinaryNode {
  const { phone, companion, details, advSecret } = pairing;
  const { identity } = phone.signal;
  const signed = Buffer.concat([ACCOUNT_SIGNATURE_PREFIX, details, companion.registration.identityKey]);
  const account = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: identity.public,
    accountSignature: Curve.sign(identity.private, signed),
  }).finish();
  const deviceIdentity = proto.ADVSignedDeviceIdentityHMAC.encode({
    details: account,
    hmac: hmacSign(account, advSecret),
  }).finish();
  return element('iq', { from: SERVER_JID, type: 'set', id: newStanzaId(), xmlns: 'md' }, [
    element('pair-success', {}, [
      element('device-identity', {}, Buffer.from(deviceIdentity)),
      element('device', { jid: companion.jid, lid: companion.lidJid }),
      element('platform', { name: 'android' }),
    ]),
  ]);
}

function verifyDeviceSignature(
  answer: BinaryNode,
  expected: { phone: Phone; details: Uint8Array; identityKey: Buffer },
): void {
  const signed = proto.ADVSignedDeviceIdentity.decode(
    requiredBytes(child(answer, 'pair-device-sign'), 'device-identity'),
  );
  const accountKey = expected.phone.signal.identity.public;
  const message = Buffer.concat([
    DEVICE_SIGNATURE_PREFIX,
    expected.details,
    expected.identityKey,
    accountKey,
  ]);
  if (!Curve.verify(expected.identityKey, message, Buffer.from(signed.deviceSignature ?? []))) {
    throw new Error('the device signature of the companion is wrong');
  }
}
