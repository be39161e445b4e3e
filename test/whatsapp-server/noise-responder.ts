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

/** The server's answer to the client's hello. */
export interface ServerHello {
  readonly message: Uint8Array;
  /** what the client has said of itself, when it knew the server's key already (IK): then the handshake is done */
  readonly client?: ClientFinish;
}

/** What the client's last handshake message says. */
export interface ClientFinish {
  /** the companion's Noise static key; the network ties a device to it */
  readonly noiseKey: Buffer;
  readonly payload: proto.ClientPayload;
}

/**
 * The server's side of Noise_XX_25519_AESGCM_SHA256, mirror image of Baileys' `noise-handler`:
 * `hello` once, `finish` once, then `encrypt` and `decrypt` for each frame.
 *
 * A client that remembers the server's key begins with IK, which needs no `finish`; when it remembers another one, both go
 * on with XXfallback, as WhatsApp Web does.
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

  /** Takes the client's hello, gives the server's. */
  hello(message: Uint8Array): ServerHello {
    const hello = proto.HandshakeMessage.decode(message).clientHello;
    if (!hello?.ephemeral) throw new Error('the first handshake message holds no clientHello');
    const { ephemeral, static: encryptedStatic, payload } = hello;
    if (!encryptedStatic?.length || !payload?.length)
      return { message: this.helloOfXx(NOISE_MODE, ephemeral) };
    return (
      this.resume(ephemeral, encryptedStatic, payload) ?? {
        message: this.helloOfXx(FALLBACK_MODE, ephemeral),
      }
    );
  }

  /** IK: the client knows the server's key, and has said who it is. `null` when it knows another one. */
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
      const noiseKey = this.open(encryptedStatic);
      this.mixIntoKey(Curve.sharedKey(this.staticKey.private, noiseKey));
      const payload = proto.ClientPayload.decode(this.open(encryptedPayload));
      this.authenticate(this.ephemeral.public);
      this.mixIntoKey(Curve.sharedKey(this.ephemeral.private, clientEphemeral));
      this.mixIntoKey(Curve.sharedKey(this.ephemeral.private, noiseKey));
      const serverHello = { ephemeral: this.ephemeral.public, payload: this.seal(this.certificateChain) };
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
    const encryptedStatic = this.seal(this.staticKey.public);
    this.mixIntoKey(Curve.sharedKey(this.staticKey.private, clientEphemeral));
    const payload = this.seal(this.certificateChain);
    return proto.HandshakeMessage.encode({
      serverHello: { ephemeral: this.ephemeral.public, static: encryptedStatic, payload },
    }).finish();
  }

  /** Takes the client's last handshake message; from here on frames are encrypted with the transport keys. */
  finish(message: Uint8Array): ClientFinish {
    const clientFinish = proto.HandshakeMessage.decode(message).clientFinish;
    if (!clientFinish?.static || !clientFinish.payload) {
      throw new Error('the second handshake message holds no clientFinish');
    }
    const noiseKey = this.open(clientFinish.static);
    this.mixIntoKey(Curve.sharedKey(this.ephemeral.private, noiseKey));
    const payload = proto.ClientPayload.decode(this.open(clientFinish.payload));
    this.split();
    return { noiseKey, payload };
  }

  /** Encrypts a frame to the client. */
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

  private seal(plaintext: Uint8Array): Buffer {
    const ciphertext = aesEncryptGCM(plaintext, this.key, nonce(this.counter++), this.hash);
    this.authenticate(ciphertext);
    return ciphertext;
  }

  private open(ciphertext: Uint8Array): Buffer {
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
