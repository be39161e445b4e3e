import { Curve, generateSignalPubKey, type SignedKeyPair, signedKeyPair } from '@whiskeysockets/baileys';
import { sign } from './signatures.js';
import { type PreKeyBundle, SignalPeer } from './signal-peer.js';

/** The Signal keys of a person. They are made when first needed: a test may know many thousand people. */
export class PersonKeys {
  private peer?: SignalPeer;
  private signedPreKey?: SignedKeyPair;
  private nextPreKeyId = 1;
  private signed?: { text: string; signature: Uint8Array };

  get signal(): SignalPeer {
    return (this.peer ??= new SignalPeer());
  }

  /**
   * Returns the keys for a session with this person, and uses up a one-time pre-key.
   * @param options.forged another key than the identity key signs the signed pre-key
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
   * @param options.forged another key signs
   */
  sign(text: Uint8Array, options?: { forged: boolean }): Uint8Array {
    const { identity } = this.signal;
    if (options?.forged) return sign(identity, text, options);
    const id = Buffer.from(text).toString('base64');
    if (this.signed?.text !== id) this.signed = { text: id, signature: sign(identity, text) };
    return this.signed.signature;
  }

  /** Forgets all keys, as after a new installation: the identity key changes. */
  reset(): void {
    this.peer = undefined;
    this.signedPreKey = undefined;
    this.signed = undefined;
  }
}
