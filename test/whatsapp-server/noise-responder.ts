import {
  aesDecryptGCM,
  aesEncryptGCM,
  Curve,
  hkdf,
  type KeyPair,
  NOISE_MODE,
  NOISE_WA_HEADER,
  proto,
  sha256,
} from '@whiskeysockets/baileys';

const NOTHING = Buffer.alloc(0);
const IK_MODE = 'Noise_IK_25519_AESGCM_SHA256\0\0\0\0';
const FALLBACK_MODE = 'Noise_XXfallback_25519_AESGCM_SHA256';

function nonce(counter: number): Buffer {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
}

/** The server's response to the client's hello. */
export interface ServerHello {
  readonly message: Uint8Array;
  /** identity of the client if it used the server's key (IK), which completes the handshake */
  readonly client?: ClientFinish;
}

/** Identity of the client, from its last handshake message. */
export interface ClientFinish {
  /** the client's Noise static key, which identifies a linked device */
  readonly noiseKey: Buffer;
  readonly payload: proto.ClientPayload;
}

/**
 * The server's side of Noise_XX_25519_AESGCM_SHA256, the counterpart of Baileys' `noise-handler`. Call `hello` once and
 * `finish` once, then `encrypt` and `decrypt` for each frame.
 *
 * A client that has stored the server's key begins with IK, which does not need `finish`. If the stored key is
 * different, both continue with XXfallback, as WhatsApp Web does.
 */
export class NoiseResponder {
  private hash: Buffer = NOTHING;
  private salt: Uint8Array = NOTHING;
  private key: Uint8Array = NOTHING;
  private counter = 0;
  private readonly ephemeral = Curve.generateKeyPair();
  private sending?: { key: Uint8Array; counter: number };
  private receiving?: { key: Uint8Array; counter: number };

  constructor(
    private readonly staticKey: KeyPair,
    private readonly certificateChain: Uint8Array,
  ) {}

  /** Returns the response to the client's hello. */
  hello(message: Uint8Array): ServerHello {
    const hello = proto.HandshakeMessage.decode(message).clientHello;
    if (!hello?.ephemeral) throw new Error('the first handshake message does not contain a clientHello');
    const { ephemeral, static: encryptedStatic, payload } = hello;
    if (!encryptedStatic?.length || !payload?.length)
      return { message: this.helloOfXx(NOISE_MODE, ephemeral) };
    return (
      this.resume(ephemeral, encryptedStatic, payload) ?? {
        message: this.helloOfXx(FALLBACK_MODE, ephemeral),
      }
    );
  }

  /** Completes an IK handshake. Returns null if the client has stored a different server key. */
  private resume(
    clientEphemeral: Uint8Array,
    encryptedStatic: Uint8Array,
    encryptedPayload: Uint8Array,
  ): ServerHello | null {
    this.begin(IK_MODE);
    this.authenticate(this.staticKey.public);
    this.authenticate(clientEphemeral);
    this.mixIntoKey(Curve.sharedKey(this.staticKey.private, clientEphemeral));
    try {
      const noiseKey = this.decryptPayload(encryptedStatic);
      this.mixIntoKey(Curve.sharedKey(this.staticKey.private, noiseKey));
      const payload = proto.ClientPayload.decode(this.decryptPayload(encryptedPayload));
      this.authenticate(this.ephemeral.public);
      this.mixIntoKey(Curve.sharedKey(this.ephemeral.private, clientEphemeral));
      this.mixIntoKey(Curve.sharedKey(this.ephemeral.private, noiseKey));
      const serverHello = {
        ephemeral: this.ephemeral.public,
        payload: this.encryptPayload(this.certificateChain),
      };
      this.split();
      return {
        message: proto.HandshakeMessage.encode({ serverHello }).finish(),
        client: { noiseKey, payload },
      };
    } catch {
      return null;
    }
  }

  private helloOfXx(mode: string, clientEphemeral: Uint8Array): Uint8Array {
    this.begin(mode);
    this.authenticate(clientEphemeral);
    this.authenticate(this.ephemeral.public);
    this.mixIntoKey(Curve.sharedKey(this.ephemeral.private, clientEphemeral));
    const encryptedStatic = this.encryptPayload(this.staticKey.public);
    this.mixIntoKey(Curve.sharedKey(this.staticKey.private, clientEphemeral));
    const payload = this.encryptPayload(this.certificateChain);
    return proto.HandshakeMessage.encode({
      serverHello: { ephemeral: this.ephemeral.public, static: encryptedStatic, payload },
    }).finish();
  }

  /** Handles the client's last handshake message. Later frames are encrypted with the transport keys. */
  finish(message: Uint8Array): ClientFinish {
    const clientFinish = proto.HandshakeMessage.decode(message).clientFinish;
    if (!clientFinish?.static || !clientFinish.payload) {
      throw new Error('the second handshake message does not contain a clientFinish');
    }
    const noiseKey = this.decryptPayload(clientFinish.static);
    this.mixIntoKey(Curve.sharedKey(this.ephemeral.private, noiseKey));
    const payload = proto.ClientPayload.decode(this.decryptPayload(clientFinish.payload));
    this.split();
    return { noiseKey, payload };
  }

  /** Encrypts a frame for the client. */
  encrypt(frame: Uint8Array): Buffer {
    if (!this.sending) throw new Error('the handshake is not finished');
    return aesEncryptGCM(frame, this.sending.key, nonce(this.sending.counter++), NOTHING);
  }

  /** Decrypts a frame from the client. */
  decrypt(frame: Uint8Array): Buffer {
    if (!this.receiving) throw new Error('the handshake is not finished');
    return aesDecryptGCM(frame, this.receiving.key, nonce(this.receiving.counter++), NOTHING);
  }

  private begin(mode: string): void {
    const name = Buffer.from(mode);
    this.hash = name.length === 32 ? name : sha256(name);
    this.salt = this.hash;
    this.key = this.hash;
    this.counter = 0;
    this.authenticate(NOISE_WA_HEADER);
  }

  private split(): void {
    const [clientToServer, serverToClient] = this.expand(NOTHING);
    this.receiving = { key: clientToServer, counter: 0 };
    this.sending = { key: serverToClient, counter: 0 };
  }

  private authenticate(data: Uint8Array): void {
    this.hash = sha256(Buffer.concat([this.hash, data]));
  }

  private encryptPayload(plaintext: Uint8Array): Buffer {
    const ciphertext = aesEncryptGCM(plaintext, this.key, nonce(this.counter++), this.hash);
    this.authenticate(ciphertext);
    return ciphertext;
  }

  private decryptPayload(ciphertext: Uint8Array): Buffer {
    const plaintext = aesDecryptGCM(ciphertext, this.key, nonce(this.counter++), this.hash);
    this.authenticate(ciphertext);
    return plaintext;
  }

  private expand(data: Uint8Array): [Uint8Array, Uint8Array] {
    const expanded = hkdf(data, 64, { salt: this.salt, info: '' });
    return [expanded.subarray(0, 32), expanded.subarray(32)];
  }

  private mixIntoKey(secret: Uint8Array): void {
    [this.salt, this.key] = this.expand(secret);
    this.counter = 0;
  }
}
