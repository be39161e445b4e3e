import { randomBytes } from 'node:crypto';
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
import type { PasskeyAssertion, PasskeyStep } from '../../sessions/link-offer.js';
import type { ClientIdentity } from './client-identity.js';
import type { Query } from './link-context.js';
import { bytesOf, mdQuery, textsOf } from './link-stanzas.js';

/** How long the secret that the phone has scanned, or agreed on by code, authenticates this device. */
const HANDOFF_LIFETIME_MS = 5 * 60_000;
const KEY_BYTES = 32;
const CODE_BYTES = 5;
const GCM_IV_BYTES = 12;
const TOKEN_BYTES = 32;
/** WhatsApp's current value, and the longest that is accepted. */
const MAX_ASSERTION_MS = 600_000;

/** WhatsApp's request for an assertion. */
export interface PasskeyRequest {
  /** JSON as received (`PublicKeyCredentialRequestOptionsJSON`). */
  options: string;
  timeoutMs: number;
}

/** The phone's ephemeral key and nonce, 32 bytes each. */
export interface PrimaryIdentity {
  publicKey: Buffer;
  nonce: Buffer;
}

/** Proves to the phone that this is the device that it has scanned, or agreed with by code. */
export class Handoff {
  private readonly key: Buffer;
  private readonly endsAtMs = performance.now() + HANDOFF_LIFETIME_MS;

  /** @param advSecret the secret at the start of the link, 32 bytes */
  constructor(advSecret: Uint8Array) {
    this.key = Buffer.from(hkdf(advSecret, KEY_BYTES, { info: 'shortcake-passkey-handoff-v1' }));
  }

  /** @returns null if the secret has expired */
  prove(payload: Uint8Array): Buffer | null {
    return performance.now() < this.endsAtMs ? hmacSign(payload, this.key) : null;
  }
}

/** Values that are sent before the phone's response, and used after it. */
interface Prologue {
  ephemeralKey: KeyPair;
  nonce: Buffer;
  ref: string;
  /** Whether the phone recognizes this device, so that the user does not have to compare codes. */
  hasProof: boolean;
}

/**
 * The passkey ceremony of WhatsApp ("shortcake"): before an account is linked, its passkey has to confirm it. A browser
 * on web.whatsapp.com creates the assertion, and this service forwards it. Source: whatsmeow pair-passkey.go.
 *
 * Each step is one call, in the order assertion, phone's response, confirmation; PasskeyLink controls their timing. The
 * state is in memory only, because WhatsApp requires one connection for the whole ceremony.
 */
export class PasskeyCeremony {
  /** Authorizes the sender of the assertion, which may be a browser on another origin. */
  readonly token = randomBytes(TOKEN_BYTES).toString('base64url');
  step: PasskeyStep = 'assertion';
  /** XXXX-XXXX, as on the phone; null if the user does not have to compare the codes. */
  code: string | null = null;
  private prologue: Prologue | null = null;
  private hasPhoneResponded = false;
  private pairingKey: Buffer | null = null;

  constructor(
    readonly request: PasskeyRequest,
    readonly handoff: Handoff,
    private readonly identity: ClientIdentity,
    private readonly query: Query,
  ) {}

  /** Sends the assertion to WhatsApp. If WhatsApp refuses it, another one can be sent. */
  async submit(assertion: PasskeyAssertion): Promise<void> {
    // Excludes a second assertion in the meantime.
    this.step = 'waiting';
    try {
      await this.sendPrologue(assertion);
    } catch (error) {
      // After the phone's response, WhatsApp has accepted the assertion, even if its own response was lost.
      if (this.hasPhoneResponded) return;
      this.prologue = null;
      this.step = 'assertion';
      throw error;
    }
  }

  private async sendPrologue(assertion: PasskeyAssertion): Promise<void> {
    const [ref] = textsOf(await this.query(mdQuery('get', 'ref')), 'ref');
    if (!ref) throw new Error('WhatsApp returned no ref for the passkey ceremony');
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
    // The phone's response may arrive before that of the server.
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

  /** Handles the phone's response. The next step is `compare`, unless the phone recognizes this device. */
  async answered({ publicKey, nonce }: PrimaryIdentity): Promise<void> {
    if (!this.prologue) throw new Error('the phone responded before the request');
    const { prologue } = this;
    this.hasPhoneResponded = true;
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

  /** Sends this device's keys to the phone, and the ADV secret to sign with. */
  async confirm({ noiseKey, signedIdentityKey, advSecretKey }: AuthenticationCreds): Promise<void> {
    if (!this.pairingKey) throw new Error('the phone has not responded yet');
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

/** Returns the request in a notification, or in the response to a query; null if there is none, or it is invalid. */
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

/** @throws if the phone's response has another form */
export function primaryIdentityOf(notification: BinaryNode): PrimaryIdentity {
  const { publicKey, nonce } = proto.PrimaryEphemeralIdentity.decode(
    bytesOf(notification, 'primary_ephemeral_identity') ?? Buffer.alloc(0),
  );
  if (publicKey?.length !== KEY_BYTES || nonce?.length !== KEY_BYTES) {
    throw new Error('the response from the phone has no key or no nonce');
  }
  return { publicKey: Buffer.from(publicKey), nonce: Buffer.from(nonce) };
}
