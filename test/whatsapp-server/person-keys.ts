import { Curve, type SignedKeyPair, signedKeyPair } from '@whiskeysockets/baileys';
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

  /** What someone who writes to this person gets; uses up a one-time pre-key. */
  bundle(): PreKeyBundle {
    const { identity, registrationId } = this.signal;
    const { keyId, keyPair, signature } = (this.signedPreKey ??= signedKeyPair(identity, 1));
    const preKey = { id: this.nextPreKeyId++, pair: Curve.generateKeyPair() };
    this.signal.publish({ preKey, signedPreKey: keyPair });
    return {
      registrationId,
      identityKey: identity.public,
      signedPreKey: { id: keyId, publicKey: keyPair.public, signature },
      preKey: { id: preKey.id, publicKey: preKey.pair.public },
    };
  }

  /** Signs with the identity key; the last text only once, for signing takes long. */
  sign(text: Uint8Array): Uint8Array {
    const id = Buffer.from(text).toString('base64');
    if (this.signed?.text !== id)
      this.signed = { text: id, signature: Curve.sign(this.signal.identity.private, text) };
    return this.signed.signature;
  }

  /** Forgets all keys, as after a new installation: the identity key changes. */
  reset(): void {
    this.peer = undefined;
    this.signedPreKey = undefined;
    this.signed = undefined;
  }
}
