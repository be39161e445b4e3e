import { Curve, signedKeyPair } from '@whiskeysockets/baileys';
import { type PreKeyBundle, SignalPeer } from './signal-peer.js';

/** The Signal keys of a person. They are made when first needed: a test may know many thousand people. */
export class PersonKeys {
  private peer?: SignalPeer;
  private signedPreKey?: PreKeyBundle['signedPreKey'];
  private nextPreKeyId = 1;

  get signal(): SignalPeer {
    return (this.peer ??= new SignalPeer());
  }

  /** What someone who writes to this person gets; uses up a one-time pre-key. */
  bundle(): PreKeyBundle {
    const { identity, registrationId } = this.signal;
    this.signedPreKey ??= this.createSignedPreKey();
    const preKey = { id: this.nextPreKeyId++, publicKey: Curve.generateKeyPair().public };
    return { registrationId, identityKey: identity.public, signedPreKey: this.signedPreKey, preKey };
  }

  /** Forgets all keys, as after a new installation: the identity key changes. */
  reset(): void {
    this.peer = undefined;
    this.signedPreKey = undefined;
  }

  private createSignedPreKey(): PreKeyBundle['signedPreKey'] {
    const pair = signedKeyPair(this.signal.identity, 1);
    return { id: pair.keyId, publicKey: pair.keyPair.public, signature: pair.signature };
  }
}
