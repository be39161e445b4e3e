import { randomBytes } from 'node:crypto';
import { type BinaryNode, hmacSign, proto } from '@whiskeysockets/baileys';
import { Companion } from '../companion.js';
import { SERVER_JID } from '../jid.js';
import type { Phone } from '../phone.js';
import { isSignedBy, sign } from '../signatures.js';
import { child, element, newStanzaId, requiredBytes } from '../stanza.js';
import { isRefusal, LinkRefused, type WaitingDevice } from './waiting-device.js';

/** Prefixes of the signed data (`WA_ADV_*_SIG_PREFIX` in Baileys' defaults). */
const ACCOUNT_SIGNATURE_PREFIX = Buffer.from([6, 0]);
const DEVICE_SIGNATURE_PREFIX = Buffer.from([6, 1]);

/** Input of the signatures of a link. */
export interface LinkSecret {
  /** 32 bytes shared by phone and device, from the QR code, the pairing code or the passkey ceremony */
  readonly advSecret: Buffer;
  /** whether to sign with another key than the account's */
  readonly forged: boolean;
}

/**
 * Links the device to the phone's account and makes it log in again (stream error 515).
 * @throws LinkRefused if the device does not accept the phone's signature
 * @throws Error if the connection closes, or the device's signature is invalid
 */
export async function link(phone: Phone, waiting: WaitingDevice, secret: LinkSecret): Promise<Companion> {
  const { connection, registration } = waiting;
  const device = phone.nextDevice();
  const companion = new Companion(phone, device, registration);
  const details = proto.ADVDeviceIdentity.encode({
    rawId: randomBytes(4).readUInt32BE() >>> 1,
    timestamp: Math.floor(Date.now() / 1000),
    keyIndex: device,
    accountType: proto.ADVEncryptionType.E2EE,
    deviceType: proto.ADVEncryptionType.E2EE,
  }).finish();
  const answer = await connection.request(pairSuccess({ phone, companion, details, ...secret }));
  if (isRefusal(answer)) throw new LinkRefused('could not link the device: it did not accept the signature');
  verifyDeviceSignature(answer, { phone, details, identityKey: registration.identityKey });
  waiting.refreshDue('afterLink');
  connection.waiting = undefined;
  phone.add(companion);
  connection.endWithStreamError(515);
  return companion;
}

function pairSuccess(
  pairing: LinkSecret & { phone: Phone; companion: Companion; details: Uint8Array },
): BinaryNode {
  const { phone, companion, details, advSecret, forged } = pairing;
  const { identity } = phone.signal;
  const signed = Buffer.concat([ACCOUNT_SIGNATURE_PREFIX, details, companion.registration.identityKey]);
  const account = proto.ADVSignedDeviceIdentity.encode({
    details,
    accountSignatureKey: identity.public,
    accountSignature: sign(identity, signed, { forged }),
  }).finish();
  const deviceIdentity = proto.ADVSignedDeviceIdentityHMAC.encode({
    details: account,
    hmac: hmacSign(account, advSecret),
  }).finish();
  return element('iq', { from: SERVER_JID, type: 'set', id: newStanzaId(), xmlns: 'md' }, [
    element('pair-success', {}, [
      element('device-identity', {}, Buffer.from(deviceIdentity)),
      element('device', { jid: companion.jid, lid: companion.lidJid }),
      element('platform', { name: phone.businessName === undefined ? 'android' : 'smba' }),
      ...(phone.businessName === undefined ? [] : [element('biz', { name: phone.businessName })]),
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
  if (!isSignedBy(expected.identityKey, message, Buffer.from(signed.deviceSignature ?? []))) {
    throw new Error('the device signature is invalid');
  }
}
