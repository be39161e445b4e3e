import { Curve, generateSignalPubKey, type SignedKeyPair, signedKeyPair } from '@whiskeysockets/baileys';
import { type PreKeyBundle, SignalPeer } from './signal-peer.js';
import { sign } from './signatures.js';

/** The Signal keys of an account. They are created on first use, because a test can have thousands of contacts. */
export class PersonKeys {
  private peer?: SignalPeer;
  private signedPreKey?: SignedKeyPair;
  private nextPreKeyId = 1;
  private signed?: { text: string; signature: Uint8Array };

  get signal(): SignalPeer {
    return (this.peer ??= new SignalPeer());
  }

  /**
   * Returns the keys for a session with this account, and consumes a one-time pre-key.
   * @param options.forged signs the signed pre-key with another key than the identity key
   */
  bundle(options?: { forged: boolean }): PreKeyBundle {
    const { identity, registrationId } = this.signal;
    const { keyId, keyPair, ...signed } = (this.signedPreKey ??= signedKeyPair(identity, 1));
    const signature = options?.forged
      ? sign(identity, generateSignalPubKey(keyPair.public), options)
      : signed.signature;
    const preKey = { id: this.nextPreKeyId++, pair: Curve.generateKeyPair() };
    this.signal.publish({ preKey, signedPreKey: keyPair });
    return {
      registrationId,
      identityKey: identity.public,
      signedPreKey: { id: keyId, publicKey: keyPair.public, signature },
      preKey: { id: preKey.id, publicKey: preKey.pair.public },
    };
  }

  /**
   * Signs with the identity key. The last signature is cached, because signing is slow.
   * @param options.forged signs with another key
   */
  sign(text: Uint8Array, options?: { forged: boolean }): Uint8Array {
    const { identity } = this.signal;
    if (options?.forged) return sign(identity, text, options);
    const id = Buffer.from(text).toString('base64');
    if (this.signed?.text !== id) this.signed = { text: id, signature: sign(identity, text) };
    return this.signed.signature;
  }

  /** Deletes all keys, as after a reinstallation. The identity key changes. */
  reset(): void {
    this.peer = undefined;
    this.signedPreKey = undefined;
    this.signed = undefined;
  }
}
