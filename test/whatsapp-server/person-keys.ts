import { Curve, type SignedKeyPair, signedKeyPair } from '@whiskeysockets/baileys';
import { type PreKeyBundle, SignalPeer } from './signal-peer.js';

/** The Signal keys of a person. They are made when first needed: a test may know many thousand people. */
export class PersonKeys {
  private peer?: SignalPeer;
  private signedPreKey?: SignedKeyPair;
  private nextPreKeyId = 1;

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

  /** Forgets all keys, as after a new installation: the identity key changes. */
  reset(): void {
    this.peer = undefined;
    this.signedPreKey = undefined;
  }
}
