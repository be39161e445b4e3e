import {
  Curve,
  encodeWAMessage,
  generateSignalPubKey,
  type KeyPair,
  type proto,
} from '@whiskeysockets/baileys';
import { randomInt } from 'node:crypto';
import * as libsignal from 'libsignal';

/** The public keys that someone needs to open a Signal session with a device. Public keys are 32 bytes. */
export interface PreKeyBundle {
  readonly registrationId: number;
  readonly identityKey: Uint8Array;
  readonly signedPreKey: {
    readonly id: number;
    readonly publicKey: Uint8Array;
    readonly signature: Uint8Array;
  };
  /** absent when the device's one-time pre-keys are used up */
  readonly preKey?: { readonly id: number; readonly publicKey: Uint8Array };
}

/** A device on the other end of a Signal session. */
export interface SignalAddress {
  readonly user: string;
  readonly device: number;
}

/** An encrypted message as it goes into `<enc type>`. */
export interface Ciphertext {
  readonly type: 'pkmsg' | 'msg';
  readonly bytes: Buffer;
}

/** What libsignal's record knows and its type declarations leave out. */
interface OpenSession {
  pendingPreKey?: unknown;
}
type SessionRecord = libsignal.SessionRecord & { getOpenSession(): OpenSession | undefined };

function addressOf(address: SignalAddress): libsignal.ProtocolAddress {
  return new libsignal.ProtocolAddress(address.user, address.device);
}

/**
 * One person's device that writes to companions: an identity key and the Signal sessions, by libsignal.
 * It never reads: companions of this server write to nobody.
 */
export class SignalPeer {
  readonly identity: KeyPair = Curve.generateKeyPair();
  readonly registrationId = randomInt(1, 16_380);
  private readonly sessions = new Map<string, libsignal.SessionRecord>();
  private readonly storage = this.createStorage();

  /** Whether there is a session with this device. */
  hasSession(address: SignalAddress): boolean {
    return this.sessions.has(addressOf(address).toString());
  }

  /** Opens a session from the device's pre-keys; one that exists is forgotten. */
  async openSession(address: SignalAddress, bundle: PreKeyBundle): Promise<void> {
    this.forgetSession(address);
    const builder = new libsignal.SessionBuilder(this.storage, addressOf(address));
    const preKey = bundle.preKey && {
      keyId: bundle.preKey.id,
      publicKey: generateSignalPubKey(bundle.preKey.publicKey),
    };
    await builder.initOutgoing({
      registrationId: bundle.registrationId,
      identityKey: generateSignalPubKey(bundle.identityKey),
      signedPreKey: {
        keyId: bundle.signedPreKey.id,
        publicKey: generateSignalPubKey(bundle.signedPreKey.publicKey),
        signature: bundle.signedPreKey.signature,
      },
      // libsignal takes a bundle without one-time pre-key; its type declarations do not say so.
      ...(preKey && { preKey }),
    } as Parameters<typeof builder.initOutgoing>[0]);
  }

  /** Encrypts a message (padded by 1 to 16 bytes) in the session with this device. */
  async encrypt(address: SignalAddress, message: proto.IMessage): Promise<Ciphertext> {
    const cipher = new libsignal.SessionCipher(this.storage, addressOf(address));
    const { type, body } = await cipher.encrypt(encodeWAMessage(message));
    return { type: type === 3 ? 'pkmsg' : 'msg', bytes: Buffer.from(body, 'binary') };
  }

  /**
   * The device has read a message of this session: later ones need no pre-key any more and go as `msg`.
   * In Signal an answer tells so; here the receipt does.
   */
  confirmSession(address: SignalAddress): void {
    const record = this.sessions.get(addressOf(address).toString()) as SessionRecord | undefined;
    const open = record?.getOpenSession();
    if (open) delete open.pendingPreKey;
  }

  /** The next message opens a new session. */
  forgetSession(address: SignalAddress): void {
    this.sessions.delete(addressOf(address).toString());
  }

  private createStorage(): libsignal.SignalStorage {
    const identity = {
      privKey: Buffer.from(this.identity.private),
      pubKey: Buffer.from(generateSignalPubKey(this.identity.public)),
    };
    const readsNothing = (): never => {
      throw new Error('phones and contacts of this server do not read messages');
    };
    return {
      loadSession: (id) => Promise.resolve(this.sessions.get(id)),
      storeSession: (id, session) => {
        this.sessions.set(id, session);
        return Promise.resolve();
      },
      isTrustedIdentity: () => true,
      loadPreKey: readsNothing,
      removePreKey: readsNothing,
      loadSignedPreKey: readsNothing,
      getOurRegistrationId: () => this.registrationId,
      getOurIdentity: () => identity,
    };
  }
}
