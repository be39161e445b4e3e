import {
  aesEncryptGCM,
  type AuthenticationCreds,
  type BinaryNode,
  bytesToCrockford,
  Curve,
  hkdf,
  hmacSign,
  type KeyPair,
  proto,
  sha256,
} from '@whiskeysockets/baileys';
import { randomBytes } from 'node:crypto';
import type { PasskeyAssertion, PasskeyStep } from '../../sessions/link-offer.js';
import type { ClientIdentity } from './client-identity.js';
import type { Query } from './link-context.js';
import { bytesOf, mdQuery, textsOf } from './link-stanzas.js';

/** How long the secret that the phone has scanned, or agreed on by code, vouches for this device. */
const HANDOFF_LIFETIME_MS = 5 * 60_000;
const KEY_BYTES = 32;
const CODE_BYTES = 5;
const GCM_IV_BYTES = 12;
const TOKEN_BYTES = 32;
/** What WhatsApp says at the time of writing, and the longest that is believed. */
const MAX_ASSERTION_MS = 600_000;

/** WhatsApp's request for an assertion. */
export interface PasskeyRequest {
  /** JSON as it came (`PublicKeyCredentialRequestOptionsJSON`). */
  options: string;
  /** How long it is good. */
  timeoutMs: number;
}

/** The phone's part: its ephemeral key and a nonce, 32 bytes each. */
export interface PrimaryIdentity {
  publicKey: Buffer;
  nonce: Buffer;
}

/** Shows the phone that this is the device that it has scanned, or agreed with by code. */
export class Handoff {
  private readonly key: Buffer;
  private readonly endsAtMs = performance.now() + HANDOFF_LIFETIME_MS;

  /** @param advSecret the secret with which the link began, 32 bytes */
  constructor(advSecret: Uint8Array) {
    this.key = Buffer.from(hkdf(advSecret, KEY_BYTES, { info: 'shortcake-passkey-handoff-v1' }));
  }

  /** Null once it is too old to show anything. */
  prove(payload: Uint8Array): Buffer | null {
    return performance.now() < this.endsAtMs ? hmacSign(payload, this.key) : null;
  }
}

/** What is sent before the phone has answered, and needed after it. */
interface Prologue {
  ephemeralKey: KeyPair;
  nonce: Buffer;
  ref: string;
  /** Whether the phone can tell by itself that this is the device that it has scanned. */
  hasProof: boolean;
}

/**
 * The passkey ceremony of WhatsApp ("shortcake"): before an account is linked, its passkey has to agree. A browser on
 * web.whatsapp.com makes the assertion; this service only carries it. Source: whatsmeow pair-passkey.go.
 *
 * Each step is one call, made in the order assertion, phone's answer, confirmation; who makes them, and how long that
 * may take, is up to PasskeyLink. Everything lives in memory: WhatsApp wants one connection from begin to end.
 */
export class PasskeyCeremony {
  /** Authorises whoever brings the assertion, which may be a browser on another origin. */
  readonly token = randomBytes(TOKEN_BYTES).toString('base64url');
  step: PasskeyStep = 'assertion';
  /** XXXX-XXXX, to compare with the phone's; null when nobody has to. */
  code: string | null = null;
  private prologue: Prologue | null = null;
  private hasPhoneAnswered = false;
  private pairingKey: Buffer | null = null;

  constructor(
    readonly request: PasskeyRequest,
    readonly handoff: Handoff,
    private readonly identity: ClientIdentity,
    private readonly query: Query,
  ) {}

  /** Brings the assertion to WhatsApp. When that refuses it, another one may be brought. */
  async submit(assertion: PasskeyAssertion): Promise<void> {
    // From now on nobody else may bring one.
    this.step = 'waiting';
    try {
      await this.sendPrologue(assertion);
    } catch (error) {
      // The phone has answered, so that WhatsApp has taken the assertion, whatever became of its answer to us.
      if (this.hasPhoneAnswered) return;
      this.prologue = null;
      this.step = 'assertion';
      throw error;
    }
  }

  private async sendPrologue(assertion: PasskeyAssertion): Promise<void> {
    const answer = await this.query(mdQuery('get', 'ref'));
    const [ref] = textsOf(answer, 'ref');
    if (!ref) throw new Error('WhatsApp has given no ref for the passkey ceremony');
    const ephemeralKey = Curve.generateKeyPair();
    const nonce = randomBytes(KEY_BYTES);
    const companion = proto.CompanionEphemeralIdentity.encode({
      publicKey: ephemeralKey.public,
      deviceType: this.identity.deviceType,
      ref,
    }).finish();
    const payload = proto.ProloguePayload.encode({
      companionEphemeralIdentity: companion,
      commitment: { hash: sha256(Buffer.concat([companion, nonce])) },
    }).finish();
    const proof = this.handoff.prove(payload);
    // The phone's answer may come before that of the server.
    this.prologue = { ephemeralKey, nonce, ref, hasProof: proof !== null };
    const element = (tag: string, content: Uint8Array) => ({ tag, attrs: {}, content });
    await this.query(
      mdQuery('set', 'passkey_prologue', [
        element('credential_id', Buffer.from(assertion.rawId, 'base64url')),
        element('webauthn_assertion', Buffer.from(JSON.stringify(assertion))),
        element('prologue_payload', payload),
        ...(proof ? [element('pairing_handoff_proof', proof)] : []),
      ]),
    );
  }

  /** Takes the phone's answer. After it the step is `compare`, unless the phone knows this device already. */
  async answered({ publicKey, nonce }: PrimaryIdentity): Promise<void> {
    if (!this.prologue) throw new Error('the phone has answered before it was asked');
    const { prologue } = this;
    this.hasPhoneAnswered = true;
    await this.query(mdQuery('set', 'companion_nonce', prologue.nonce));
    const shared = Curve.sharedKey(prologue.ephemeralKey.private, publicKey);
    const salt = Buffer.from(`Companion Pairing ${this.identity.deviceType} with ref ${prologue.ref}`);
    this.pairingKey = Buffer.from(
      hkdf(shared, KEY_BYTES, { salt, info: 'Pairing Information Encryption Key' }),
    );
    if (prologue.hasProof) return;
    const digest = sha256(Buffer.concat([prologue.nonce, publicKey]));
    const mixed = nonce.subarray(0, CODE_BYTES).map((byte, at) => byte ^ (digest[at] ?? 0));
    const letters = bytesToCrockford(Buffer.from(mixed));
    this.code = `${letters.slice(0, 4)}-${letters.slice(4)}`;
    this.step = 'compare';
  }

  /** Hands the phone what it links: this device's keys, and the ADV secret with which it is to sign. */
  async confirm({ noiseKey, signedIdentityKey, advSecretKey }: AuthenticationCreds): Promise<void> {
    if (!this.pairingKey) throw new Error('the phone has not answered yet');
    const request = proto.PairingRequest.encode({
      companionPublicKey: noiseKey.public,
      companionIdentityKey: signedIdentityKey.public,
      advSecret: Buffer.from(advSecretKey, 'base64'),
    }).finish();
    const iv = randomBytes(GCM_IV_BYTES);
    const encryptedPayload = aesEncryptGCM(request, this.pairingKey, iv, Buffer.alloc(0));
    const content = proto.EncryptedPairingRequest.encode({ encryptedPayload, iv }).finish();
    this.step = 'waiting';
    this.code = null;
    await this.query(mdQuery('set', 'encrypted_pairing_request', content));
  }
}

/** The request in a notification, or in the answer to a query; null when there is none that can be read. */
export function passkeyRequestOf(node: BinaryNode): PasskeyRequest | null {
  const options = bytesOf(node, 'passkey_request_options')?.toString();
  if (!options) return null;
  try {
    const { challenge, timeout } = JSON.parse(options) as { challenge?: unknown; timeout?: unknown };
    if (typeof challenge !== 'string') return null;
    const isTime = typeof timeout === 'number' && timeout > 0;
    return { options, timeoutMs: isTime ? Math.min(timeout, MAX_ASSERTION_MS) : MAX_ASSERTION_MS };
  } catch {
    return null;
  }
}

/** @throws when the phone's answer has another form */
export function primaryIdentityOf(notification: BinaryNode): PrimaryIdentity {
  const { publicKey, nonce } = proto.PrimaryEphemeralIdentity.decode(
    bytesOf(notification, 'primary_ephemeral_identity') ?? Buffer.alloc(0),
  );
  if (publicKey?.length !== KEY_BYTES || nonce?.length !== KEY_BYTES) {
    throw new Error('the answer of the phone has no key, or no nonce');
  }
  return { publicKey: Buffer.from(publicKey), nonce: Buffer.from(nonce) };
}
