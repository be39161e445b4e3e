import { randomBytes } from 'node:crypto';
import {
  aesDecryptCTR,
  aesEncryptCTR,
  aesEncryptGCM,
  type AuthenticationCreds,
  type BinaryNode,
  bytesToCrockford,
  Curve,
  derivePairingCodeKey,
  getBinaryNodeChild,
  hkdf,
  type KeyPair,
} from '@whiskeysockets/baileys';
import type { ClientIdentity } from './client-identity.js';
import { bytesOf, mdQuery } from './link-stanzas.js';

/**
 * How long a code can be entered on the phone; from zapo's protocol/defaults.ts. Only the real server can confirm it.
 */
const LIFETIME_MS = 180_000;
const CODE_BYTES = 5;
const SALT_BYTES = 32;
const CTR_IV_BYTES = 16;
const GCM_IV_BYTES = 12;
const KEY_BYTES = 32;
const TAG = 'link_code_companion_reg';
/** As in zapo's protocol/defaults.ts. */
const MAX_HELLOS = 3;

/** Sent by the phone when its user has entered the code. */
export interface PrimaryHello {
  /** Salt, IV, and the phone's ephemeral key, encrypted with the code. */
  wrappedEphemeralKey: Buffer;
  identityKey: Buffer;
}

/** The secret that both sides have agreed on through the code. */
export interface SharedSecret {
  /** The ADV secret that `pair-success` is signed with, 32 bytes. */
  advSecret: Buffer;
  /** For the phone. Send it after the secret is saved. */
  request: BinaryNode;
}

/**
 * One 8-character code that links without a camera. It encrypts an ephemeral key of each side. From both keys and the
 * identity keys, the two sides derive the ADV secret that a QR code would contain. Source: whatsmeow pair-code.go.
 */
export class PairingCode {
  readonly text = bytesToCrockford(randomBytes(CODE_BYTES));
  readonly expiresAt = new Date(Date.now() + LIFETIME_MS);
  /** Whether it was entered, so that the agreed ADV secret must no longer change. */
  isEntered = false;
  private readonly ephemeralKey: KeyPair = Curve.generateKeyPair();
  private ref: Buffer = Buffer.alloc(0);
  /** Hellos from the phone, and the responses to them. */
  private readonly answered: { hello: PrimaryHello; secret: SharedSecret }[] = [];

  /** @param phone digits of the account's number */
  constructor(readonly phone: string) {}

  private get jid(): string {
    return `${this.phone}@s.whatsapp.net`;
  }

  /** Returns the request to WhatsApp. The code is valid only after the response. */
  async request(creds: AuthenticationCreds, identity: ClientIdentity): Promise<BinaryNode> {
    const element = (tag: string, content: Uint8Array | string) => ({ tag, attrs: {}, content });
    const content = [
      element('link_code_pairing_wrapped_companion_ephemeral_pub', await this.wrapEphemeralKey()),
      element('companion_server_auth_key_pub', creds.noiseKey.public),
      element('companion_platform_id', identity.platformId),
      element('companion_platform_display', identity.displayName),
      element('link_code_pairing_nonce', '0'),
    ];
    const stage = 'companion_hello';
    const attrs = { jid: this.jid, stage, should_show_push_notification: 'true' };
    return mdQuery('set', TAG, content, attrs);
  }

  /** @throws if the response contains no ref */
  accepted(answer: BinaryNode): void {
    const ref = bytesOf(getBinaryNodeChild(answer, TAG), 'link_code_pairing_ref');
    if (!ref) throw new Error('WhatsApp returned no ref for the pairing code');
    this.ref = ref;
  }

  /** Whether a notification is about this code. */
  isNamedBy(notification: BinaryNode): boolean {
    return bytesOf(getBinaryNodeChild(notification, TAG), 'link_code_pairing_ref')?.equals(this.ref) ?? false;
  }

  /**
   * Responds to the phone's hello. The phone may send another hello with a different key, and the server may deliver
   * the same hello again (zapo issue 237). A repeated hello gets the same response, because the phone may have already
   * derived the secret from it.
   *
   * @returns null after the number of different hellos that WhatsApp Web answers
   */
  async agree(hello: PrimaryHello, creds: AuthenticationCreds): Promise<SharedSecret | null> {
    const known = this.answered.find(({ hello: each }) => isSame(each, hello));
    if (known) return known.secret;
    if (this.answered.length >= MAX_HELLOS) return null;
    const secret = await this.answer(hello, creds);
    this.answered.push({ hello, secret });
    return secret;
  }

  private async answer(
    hello: PrimaryHello,
    { signedIdentityKey }: AuthenticationCreds,
  ): Promise<SharedSecret> {
    const theirEphemeralKey = await this.unwrapEphemeralKey(hello.wrappedEphemeralKey);
    const shared = Curve.sharedKey(this.ephemeralKey.private, theirEphemeralKey);
    const random = randomBytes(KEY_BYTES);
    const salt = randomBytes(SALT_BYTES);
    const iv = randomBytes(GCM_IV_BYTES);
    const bundleKey = hkdf(shared, KEY_BYTES, { salt, info: 'link_code_pairing_key_bundle_encryption_key' });
    const bundle = Buffer.concat([signedIdentityKey.public, hello.identityKey, random]);
    const encrypted = aesEncryptGCM(bundle, bundleKey, iv, Buffer.alloc(0));
    const identityShared = Curve.sharedKey(signedIdentityKey.private, hello.identityKey);
    const secrets = Buffer.concat([shared, identityShared, random]);
    const element = (tag: string, content: Uint8Array) => ({ tag, attrs: {}, content });
    const content = [
      element('link_code_pairing_wrapped_key_bundle', Buffer.concat([salt, iv, encrypted])),
      element('companion_identity_public', signedIdentityKey.public),
      element('link_code_pairing_ref', this.ref),
    ];
    return {
      advSecret: Buffer.from(hkdf(secrets, KEY_BYTES, { info: 'adv_secret' })),
      request: mdQuery('set', TAG, content, { jid: this.jid, stage: 'companion_finish' }),
    };
  }

  private async wrapEphemeralKey(): Promise<Buffer> {
    const salt = randomBytes(SALT_BYTES);
    const iv = randomBytes(CTR_IV_BYTES);
    const key = await derivePairingCodeKey(this.text, salt);
    return Buffer.concat([salt, iv, aesEncryptCTR(this.ephemeralKey.public, key, iv)]);
  }

  private async unwrapEphemeralKey(wrapped: Buffer): Promise<Buffer> {
    const key = await derivePairingCodeKey(this.text, wrapped.subarray(0, SALT_BYTES));
    const iv = wrapped.subarray(SALT_BYTES, SALT_BYTES + CTR_IV_BYTES);
    const encrypted = wrapped.subarray(SALT_BYTES + CTR_IV_BYTES, SALT_BYTES + CTR_IV_BYTES + KEY_BYTES);
    return aesDecryptCTR(encrypted, key, iv);
  }
}

/**
 * Returns the phone's hello in a notification; null if there is none, as in the server's notification before the hello.
 */
export function primaryHelloOf(notification: BinaryNode): PrimaryHello | null {
  const registration = getBinaryNodeChild(notification, TAG);
  const wrappedEphemeralKey = bytesOf(registration, 'link_code_pairing_wrapped_primary_ephemeral_pub');
  const identityKey = bytesOf(registration, 'primary_identity_pub');
  const isWhole =
    wrappedEphemeralKey?.length === SALT_BYTES + CTR_IV_BYTES + KEY_BYTES &&
    identityKey?.length === KEY_BYTES;
  return isWhole ? { wrappedEphemeralKey, identityKey } : null;
}

/**
 * Returns whether the user has to request the next code (`byHand`), if WhatsApp has invalidated this one; otherwise
 * null.
 */
export function codeRefreshOf(notification: BinaryNode): { byHand: boolean } | null {
  const { stage, force_manual_refresh: byHand } = getBinaryNodeChild(notification, TAG)?.attrs ?? {};
  return stage === 'refresh_code' ? { byHand: byHand === 'true' } : null;
}

function isSame(one: PrimaryHello, other: PrimaryHello): boolean {
  return (
    one.wrappedEphemeralKey.equals(other.wrappedEphemeralKey) && one.identityKey.equals(other.identityKey)
  );
}
