import {
  Curve,
  encodeWAMessage,
  generateSignalPubKey,
  type KeyPair,
  type proto,
} from '@whiskeysockets/baileys';
import { randomInt } from 'node:crypto';
import * as libsignal from 'libsignal';
import { isSignedPreKey } from './signatures.js';

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

/** One person's device: an identity key, the keys that it has published, and the Signal sessions, by libsignal. */
export class SignalPeer {
  readonly identity: KeyPair = Curve.generateKeyPair();
  readonly registrationId = randomInt(1, 16_380);
  private readonly sessions = new Map<string, libsignal.SessionRecord>();
  private readonly preKeys = new Map<number, KeyPair>();
  private signedPreKey?: KeyPair;
  private readonly storage = this.createStorage();

  /** Whether there is a session with this device. */
  hasSession(address: SignalAddress): boolean {
    return this.sessions.has(addressOf(address).toString());
  }

  /**
   * Opens a session from the device's pre-keys and replaces an existing one.
   * @throws Error when the signed pre-key is not signed by the device; libsignal 6.0.0 does not verify that
   */
  async openSession(address: SignalAddress, bundle: PreKeyBundle): Promise<void> {
    if (!isSignedPreKey(bundle.identityKey, bundle.signedPreKey)) {
      throw new Error(`the signed pre-key of ${addressOf(address).toString()} has an invalid signature`);
    }
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

  /** Keys that others may open a session with. */
  publish(keys: { preKey: { id: number; pair: KeyPair }; signedPreKey: KeyPair }): void {
    this.preKeys.set(keys.preKey.id, keys.preKey.pair);
    this.signedPreKey = keys.signedPreKey;
  }

  /** Decrypts a message of this device; still padded. */
  async decrypt(address: SignalAddress, { type, bytes }: Ciphertext): Promise<Buffer> {
    const cipher = new libsignal.SessionCipher(this.storage, addressOf(address));
    return type === 'pkmsg' ? cipher.decryptPreKeyWhisperMessage(bytes) : cipher.decryptWhisperMessage(bytes);
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
    const asLibsignal = (pair: KeyPair | undefined) => {
      if (!pair) throw new Error('this key was never published, or is used up');
      return { privKey: Buffer.from(pair.private), pubKey: Buffer.from(generateSignalPubKey(pair.public)) };
    };
    return {
      loadSession: (id) => Promise.resolve(this.sessions.get(id)),
      storeSession: (id, session) => {
        this.sessions.set(id, session);
        return Promise.resolve();
      },
      isTrustedIdentity: () => true,
      loadPreKey: async (id) => asLibsignal(this.preKeys.get(Number(id))),
      removePreKey: (id) => void this.preKeys.delete(Number(id)),
      loadSignedPreKey: () => asLibsignal(this.signedPreKey),
      getOurRegistrationId: () => this.registrationId,
      getOurIdentity: () => identity,
    };
  }
}
