import { randomInt } from 'node:crypto';
import {
  Curve,
  encodeWAMessage,
  generateSignalPubKey,
  type KeyPair,
  type proto,
} from '@whiskeysockets/baileys';
import * as libsignal from 'libsignal';
import { isSignedPreKey } from './signatures.js';

/** The public keys that are required to open a Signal session with a device. Public keys are 32 bytes. */
export interface PreKeyBundle {
  readonly registrationId: number;
  readonly identityKey: Uint8Array;
  readonly signedPreKey: {
    readonly id: number;
    readonly publicKey: Uint8Array;
    readonly signature: Uint8Array;
  };
  /** absent if the device has no one-time pre-keys */
  readonly preKey?: { readonly id: number; readonly publicKey: Uint8Array };
}

/** A device on the other end of a Signal session. */
export interface SignalAddress {
  readonly user: string;
  readonly device: number;
}

/** An encrypted message, the content of `<enc type>`. */
export interface Ciphertext {
  readonly type: 'pkmsg' | 'msg';
  readonly bytes: Buffer;
}

/** Part of libsignal's session record that is missing in its type declarations. */
interface OpenSession {
  pendingPreKey?: unknown;
}
type SessionRecord = libsignal.SessionRecord & { getOpenSession(): OpenSession | undefined };

function addressOf(address: SignalAddress): libsignal.ProtocolAddress {
  return new libsignal.ProtocolAddress(address.user, address.device);
}

/** A device of an account: its identity key, its published keys and its Signal sessions, based on libsignal. */
export class SignalPeer {
  readonly identity: KeyPair = Curve.generateKeyPair();
  readonly registrationId = randomInt(1, 16_380);
  private readonly sessions = new Map<string, libsignal.SessionRecord>();
  private readonly preKeys = new Map<number, KeyPair>();
  private signedPreKey?: KeyPair;
  private readonly storage = this.createStorage();

  /** Returns whether there is a session with this device. */
  hasSession(address: SignalAddress): boolean {
    return this.sessions.has(addressOf(address).toString());
  }

  /**
   * Opens a session with the device's pre-keys, which replaces an existing one.
   * @throws Error if the signed pre-key has an invalid signature, which libsignal 6.0.0 does not verify
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
      // libsignal supports bundles without a one-time pre-key, but its type declarations require one.
      ...(preKey && { preKey }),
    } as Parameters<typeof builder.initOutgoing>[0]);
  }

  /** Encrypts a message in the session with this device, with 1 to 16 bytes of padding. */
  async encrypt(address: SignalAddress, message: proto.IMessage): Promise<Ciphertext> {
    const cipher = new libsignal.SessionCipher(this.storage, addressOf(address));
    const { type, body } = await cipher.encrypt(encodeWAMessage(message));
    return { type: type === 3 ? 'pkmsg' : 'msg', bytes: Buffer.from(body, 'binary') };
  }

  /** Stores keys that others can open a session with. */
  publish(keys: { preKey: { id: number; pair: KeyPair }; signedPreKey: KeyPair }): void {
    this.preKeys.set(keys.preKey.id, keys.preKey.pair);
    this.signedPreKey = keys.signedPreKey;
  }

  /** Decrypts a message of this device, without removing the padding. */
  async decrypt(address: SignalAddress, { type, bytes }: Ciphertext): Promise<Buffer> {
    const cipher = new libsignal.SessionCipher(this.storage, addressOf(address));
    return type === 'pkmsg' ? cipher.decryptPreKeyWhisperMessage(bytes) : cipher.decryptWhisperMessage(bytes);
  }

  /**
   * Marks the session as confirmed, so that later messages are sent as `msg`, without a pre-key. Signal does this on
   * the first reply; this server does it on the receipt.
   */
  confirmSession(address: SignalAddress): void {
    const record = this.sessions.get(addressOf(address).toString()) as SessionRecord | undefined;
    const open = record?.getOpenSession();
    if (open) delete open.pendingPreKey;
  }

  /** Deletes the session. The next message opens a new one. */
  forgetSession(address: SignalAddress): void {
    this.sessions.delete(addressOf(address).toString());
  }

  private createStorage(): libsignal.SignalStorage {
    const identity = {
      privKey: Buffer.from(this.identity.private),
      pubKey: Buffer.from(generateSignalPubKey(this.identity.public)),
    };
    const asLibsignal = (pair: KeyPair | undefined) => {
      if (!pair) throw new Error('this key was not published, or was already used');
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
