import { createHash, randomBytes } from 'node:crypto';
import { aesDecryptGCM, type BinaryNode, Curve, hkdf, hmacSign, proto } from '@whiskeysockets/baileys';
import { type Deferred, deferred } from '../deferred.js';
import { child, childBytes, element, requiredBytes, StanzaError } from '../stanza.js';
import type { Passkey, PasskeyAssertion, PasskeyRequestOptions } from './passkey.js';
import type { WaitingDevice } from './waiting-device.js';

/** Passkey of an account that links require. */
export interface PasskeyDemand {
  readonly passkey: Passkey;
  /** whether the notification contains the request options; otherwise the device requests them; default true */
  readonly withOptions?: boolean;
  /** called with the code that the phone shows, and whether the user must compare it with the device's code */
  readonly onCode?: (code: string, mustCompare: boolean) => void;
}

const KEY_BYTES = 32;
const CODE_BYTES = 5;
const CODE_ALPHABET = '123456789ABCDEFGHJKLMNPQRSTVWXYZ';

/**
 * The server's and the phone's part of the passkey ceremony ("shortcake"). In this ceremony, a device proves that the
 * user has approved the link with the account's passkey. Source: whatsmeow pair-passkey.go, the device's part.
 */
export class PasskeyCeremony {
  private readonly options: PasskeyRequestOptions;
  private readonly ephemeral = Curve.generateKeyPair();
  private readonly nonce = randomBytes(KEY_BYTES);
  private readonly ref = randomBytes(16).toString('base64url');
  private readonly accepted: Deferred<void> = deferred();
  private readonly finished: Deferred<Buffer> = deferred();
  private companion?: { identity: proto.CompanionEphemeralIdentity; bytes: Buffer; commitment: Buffer };
  private hasProof = false;

  /** @param advSecret secret from the QR code or pairing code, which verifies the handoff proof */
  constructor(
    private readonly device: WaitingDevice,
    private readonly demand: PasskeyDemand,
    private readonly advSecret: Buffer,
  ) {
    this.options = demand.passkey.requestOptions();
  }

  /** Runs the ceremony and returns the ADV secret that the device has chosen. */
  async run(): Promise<Buffer> {
    const content = this.demand.withOptions === false ? [] : [this.requestOptions()];
    this.device.notify('passkey_prologue_request', content);
    await this.accepted.promise;
    const identity = proto.PrimaryEphemeralIdentity.encode({
      publicKey: this.ephemeral.public,
      nonce: this.nonce,
    }).finish();
    this.device.notify('crsc_continuation', [
      element('primary_ephemeral_identity', {}, Buffer.from(identity)),
    ]);
    return this.finished.promise;
  }

  /**
   * Handles an IQ of the ceremony and returns the content of the response.
   * @throws StanzaError if a check fails
   */
  handle(iq: BinaryNode): BinaryNode[] | undefined {
    const request = child(iq);
    switch (request?.tag) {
      case 'passkey_request_options':
        return [this.requestOptions()];
      case 'ref':
        return [element('ref', {}, Buffer.from(this.ref))];
      case 'passkey_prologue':
        return this.handlePrologue(request);
      case 'companion_nonce':
        return this.handleNonce(requiredBytes(iq, 'companion_nonce'));
      case 'encrypted_pairing_request':
        return this.handlePairingRequest(requiredBytes(iq, 'encrypted_pairing_request'));
      default:
        return undefined;
    }
  }

  private requestOptions(): BinaryNode {
    return element('passkey_request_options', {}, Buffer.from(JSON.stringify(this.options)));
  }

  private handlePrologue(prologue: BinaryNode): BinaryNode[] {
    const { passkey } = this.demand;
    const assertion = JSON.parse(
      requiredBytes(prologue, 'webauthn_assertion').toString(),
    ) as PasskeyAssertion;
    const isCredential = requiredBytes(prologue, 'credential_id').equals(passkey.credentialId);
    if (!isCredential || !passkey.isSignedFor(this.options, assertion)) {
      throw new StanzaError(401, 'not-authorized');
    }
    const payload = requiredBytes(prologue, 'prologue_payload');
    const { companionEphemeralIdentity, commitment } = proto.ProloguePayload.decode(payload);
    const bytes = Buffer.from(companionEphemeralIdentity ?? []);
    const identity = proto.CompanionEphemeralIdentity.decode(bytes);
    if (identity.ref !== this.ref) throw new StanzaError(400, 'bad-request');
    this.companion = { identity, bytes, commitment: Buffer.from(commitment?.hash ?? []) };
    this.hasProof = this.verifyProof(childBytes(prologue, 'pairing_handoff_proof'), payload);
    this.accepted.resolve();
    return [];
  }

  /**
   * Verifies the handoff proof, which is made with the secret from the QR code or pairing code.
   * @returns false if there is no proof
   * @throws StanzaError if the proof is wrong
   */
  private verifyProof(proof: Buffer | undefined, payload: Buffer): boolean {
    if (!proof) return false;
    const key = Buffer.from(hkdf(this.advSecret, KEY_BYTES, { info: 'shortcake-passkey-handoff-v1' }));
    if (!hmacSign(payload, key).equals(proof)) throw new StanzaError(401, 'not-authorized');
    return true;
  }

  private handleNonce(nonce: Buffer): BinaryNode[] {
    const { companion } = this;
    if (!companion) throw new StanzaError(400, 'bad-request');
    const revealed = sha256(Buffer.concat([companion.bytes, nonce]));
    if (!revealed.equals(companion.commitment)) throw new StanzaError(400, 'bad-request');
    const digest = sha256(Buffer.concat([nonce, Buffer.from(this.ephemeral.public)]));
    const code = Buffer.from(this.nonce.subarray(0, CODE_BYTES).map((byte, at) => byte ^ (digest[at] ?? 0)));
    this.demand.onCode?.(toBase32(code), !this.hasProof);
    return [];
  }

  private handlePairingRequest(wrapped: Buffer): BinaryNode[] {
    const { encryptedPayload, iv } = proto.EncryptedPairingRequest.decode(wrapped);
    const payload = aesDecryptGCM(
      Buffer.from(encryptedPayload ?? []),
      this.pairingKey(),
      Buffer.from(iv ?? []),
      Buffer.alloc(0),
    );
    const request = proto.PairingRequest.decode(payload);
    const { registration } = this.device;
    const isDevice =
      registration.noiseKey.equals(Buffer.from(request.companionPublicKey ?? [])) &&
      registration.identityKey.equals(Buffer.from(request.companionIdentityKey ?? []));
    if (!isDevice) throw new StanzaError(400, 'bad-request');
    this.finished.resolve(Buffer.from(request.advSecret ?? []));
    return [];
  }

  private pairingKey(): Buffer {
    const { publicKey, deviceType, ref } = this.companion?.identity ?? {};
    const shared = Curve.sharedKey(this.ephemeral.private, Buffer.from(publicKey ?? []));
    const salt = Buffer.from(`Companion Pairing ${deviceType} with ref ${ref}`);
    return Buffer.from(hkdf(shared, KEY_BYTES, { salt, info: 'Pairing Information Encryption Key' }));
  }
}

function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

/** Formats 5 bytes as XXXX-XXXX. */
function toBase32(bytes: Buffer): string {
  const bits = BigInt(`0x${bytes.toString('hex')}`);
  const letters = Array.from(
    { length: 8 },
    (_, at) => CODE_ALPHABET[Number((bits >> BigInt(35 - 5 * at)) & 31n)],
  );
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`;
}
