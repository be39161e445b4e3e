import { randomBytes } from 'node:crypto';
import {
  aesDecryptCTR,
  aesDecryptGCM,
  aesEncryptCTR,
  type BinaryNode,
  Curve,
  derivePairingCodeKey,
  hkdf,
} from '@whiskeysockets/baileys';
import { type Deferred, deferred, within } from '../deferred.js';
import { type PhoneNumber, phoneNumber } from '../jid.js';
import type { Phone } from '../phone.js';
import { childBytes, element, requiredBytes, StanzaError } from '../stanza.js';
import type { LinkingSettings } from './linking-settings.js';
import { LinkRefused, type WaitingDevice } from './waiting-device.js';

/** A device that shows a pairing code and waits for the phone. */
export interface PairingRequest {
  readonly device: WaitingDevice;
  readonly number: PhoneNumber;
  readonly ref: Buffer;
  /** salt (32), IV (16) and the encrypted ephemeral key (32) */
  readonly wrappedEphemeralKey: Buffer;
  readonly expiresAt: number;
  /** whether another code was requested from the device */
  isVoid: boolean;
  readonly settings: LinkingSettings;
  /** the device's `companion_finish`; a new promise for each hello of the phone */
  finished: Deferred<BinaryNode>;
}

const SALT_BYTES = 32;
const CTR_IV_BYTES = 16;
const GCM_IV_BYTES = 12;
const KEY_BYTES = 32;
/** Timeout of the response to a repeated hello, which the device can ignore. */
const ANSWER_MS = 1_000;

/** The client names that the server accepts for `companion_platform_display`. */
const DISPLAY_NAME = /^(Chrome|Edge|Firefox|IE|Opera|Safari) \((Windows|Mac OS|Linux|Ubuntu)\)$/;
const PHONE_JID = /^([1-9]\d{6,14})@s\.whatsapp\.net$/;

/** Stores the most recent pairing request for each number. */
export class PairingRequests {
  private readonly requests = new Map<PhoneNumber, PairingRequest>();
  private readonly waiting = new Map<PhoneNumber, Deferred<PairingRequest>>();
  private readonly requested = new Map<PhoneNumber, number>();

  constructor(private readonly settings: LinkingSettings) {}

  /**
   * Handles `<link_code_companion_reg>` of a device and returns the content of the response.
   * @throws StanzaError 400 for a format that WhatsApp does not accept, 429 after too many codes, 404 without a request
   */
  handle(device: WaitingDevice, registration: BinaryNode): BinaryNode[] {
    const { stage, jid } = registration.attrs;
    const number = PHONE_JID.exec(jid ?? '')?.[1];
    if (!number) throw new StanzaError(400, 'bad-request');
    if (stage === 'companion_hello') return [this.open(device, phoneNumber(number), registration)];
    const request = this.requests.get(phoneNumber(number));
    if (stage !== 'companion_finish' || request?.device !== device) {
      throw new StanzaError(404, `no pairing in progress for ${number}`);
    }
    // The phone is notified over the network, which takes longer than the response to the device.
    setImmediate(() => request.finished.resolve(registration));
    return [];
  }

  /** Returns the pairing request for this number. Waits until there is one. */
  requestFor(number: PhoneNumber): Promise<PairingRequest> {
    const request = this.requests.get(number);
    if (request?.device.connection.isOpen) return Promise.resolve(request);
    const waiting = this.waiting.get(number) ?? deferred<PairingRequest>();
    this.waiting.set(number, waiting);
    return waiting.promise;
  }

  private open(device: WaitingDevice, number: PhoneNumber, hello: BinaryNode): BinaryNode {
    const name = childBytes(hello, 'companion_platform_display')?.toString() ?? '';
    if (!DISPLAY_NAME.test(name)) throw new StanzaError(400, 'bad-request');
    const count = (this.requested.get(number) ?? 0) + 1;
    this.requested.set(number, count);
    if (count > this.settings.codesPerNumber) throw new StanzaError(429, 'rate-overlimit');
    const request: PairingRequest = {
      device,
      number,
      ref: randomBytes(16),
      wrappedEphemeralKey: requiredBytes(hello, 'link_code_pairing_wrapped_companion_ephemeral_pub'),
      expiresAt: Date.now() + this.settings.codeLifetimeMs,
      isVoid: false,
      settings: this.settings,
      finished: deferred(),
    };
    this.requests.set(number, request);
    this.waiting.get(number)?.resolve(request);
    this.waiting.delete(number);
    return element('link_code_companion_reg', { stage: 'companion_hello' }, [
      element('link_code_pairing_ref', {}, request.ref),
    ]);
  }
}

/** Invalidates the code of a request, and requests another one from the device. */
export function requestOtherCode(request: PairingRequest, { byHand }: { byHand: boolean }): void {
  request.isVoid = true;
  request.device.notify('link_code_companion_reg', [
    element('link_code_companion_reg', { stage: 'refresh_code', force_manual_refresh: String(byHand) }, [
      element('link_code_pairing_ref', {}, request.ref),
    ]),
  ]);
}

/**
 * Performs the phone's part of linking by code, the counterpart of Baileys' `link_code_companion_reg` notification
 * handler.
 * @returns the ADV secret that both sides have derived
 * @throws LinkRefused if the code has expired
 * @throws Error if the device shows another code
 */
export async function exchangePairingCode(
  phone: Phone,
  request: PairingRequest,
  code: string,
): Promise<Buffer> {
  if (request.isVoid || Date.now() > request.expiresAt) throw new LinkRefused('the pairing code has expired');
  const wrapped = request.wrappedEphemeralKey;
  const codeKey = await derivePairingCodeKey(code, wrapped.subarray(0, SALT_BYTES));
  const iv = wrapped.subarray(SALT_BYTES, SALT_BYTES + CTR_IV_BYTES);
  const companionEphemeral = aesDecryptCTR(wrapped.subarray(SALT_BYTES + CTR_IV_BYTES), codeKey, iv);
  const ref = element('link_code_pairing_ref', {}, request.ref);
  // The server announces the phone before it forwards the phone's hello.
  notifyDevice(request, [ref]);
  let { finish, ephemeral, content } = await sendHello(phone, request, code);
  for (let times = 0; times < request.settings.replayedHellos; times += 1) notifyDevice(request, content);
  for (let times = 0; times < request.settings.furtherHellos; times += 1) {
    const unanswered = within(sendHello(phone, request, code), { ms: ANSWER_MS, what: 'no response' });
    ({ finish, ephemeral, content } = await unanswered.catch(() => ({ finish, ephemeral, content })));
  }
  const ephemeralSecret = Curve.sharedKey(ephemeral.private, companionEphemeral);
  const random = unwrapKeyBundle(
    requiredBytes(finish, 'link_code_pairing_wrapped_key_bundle'),
    ephemeralSecret,
  );
  const companionIdentity = childBytes(finish, 'companion_identity_public') ?? Buffer.alloc(0);
  const identitySecret = Curve.sharedKey(phone.signal.identity.private, companionIdentity);
  const secrets = Buffer.concat([ephemeralSecret, identitySecret, random]);
  return Buffer.from(hkdf(secrets, KEY_BYTES, { info: 'adv_secret' }));
}

/** Sends the phone's hello with a new ephemeral key, and waits for the device's response. */
async function sendHello(phone: Phone, request: PairingRequest, code: string) {
  request.finished = deferred();
  const ephemeral = Curve.generateKeyPair();
  const wrapped = await wrapEphemeralKey(Buffer.from(ephemeral.public), code);
  const content = [
    element('link_code_pairing_wrapped_primary_ephemeral_pub', {}, wrapped),
    element('primary_identity_pub', {}, Buffer.from(phone.signal.identity.public)),
    element('link_code_pairing_ref', {}, request.ref),
  ];
  notifyDevice(request, content);
  return { finish: await request.finished.promise, ephemeral, content };
}

async function wrapEphemeralKey(publicKey: Buffer, code: string): Promise<Buffer> {
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(CTR_IV_BYTES);
  const key = await derivePairingCodeKey(code, salt);
  return Buffer.concat([salt, iv, aesEncryptCTR(publicKey, key, iv)]);
}

function notifyDevice(request: PairingRequest, content: BinaryNode[]): void {
  const hello = element('link_code_companion_reg', { stage: 'primary_hello' }, content);
  request.device.notify('link_code_companion_reg', [hello]);
}

/** Decrypts a key bundle and returns the random bytes after the two identity keys. */
function unwrapKeyBundle(bundle: Buffer, ephemeralSecret: Buffer): Buffer {
  const salt = bundle.subarray(0, SALT_BYTES);
  const iv = bundle.subarray(SALT_BYTES, SALT_BYTES + GCM_IV_BYTES);
  const info = 'link_code_pairing_key_bundle_encryption_key';
  const key = Buffer.from(hkdf(ephemeralSecret, KEY_BYTES, { salt, info }));
  try {
    return aesDecryptGCM(bundle.subarray(SALT_BYTES + GCM_IV_BYTES), key, iv, Buffer.alloc(0)).subarray(
      2 * KEY_BYTES,
    );
  } catch (error) {
    throw new Error('this pairing code is not the one that the device shows', { cause: error });
  }
}
