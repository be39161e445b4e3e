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

function nonce(counter: number): Buffer {
  const iv = Buffer.alloc(12);
  iv.writeUInt32BE(counter, 8);
  return iv;
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
 */
export class NoiseResponder {
  private hash: Buffer = Buffer.from(NOISE_MODE);
  private salt: Uint8Array = this.hash;
  private key: Uint8Array = this.hash;
  private counter = 0;
  private readonly ephemeral = Curve.generateKeyPair();
  private sending?: { key: Uint8Array; counter: number };
  private receiving?: { key: Uint8Array; counter: number };

  constructor(
    private readonly staticKey: KeyPair,
    private readonly certificateChain: Uint8Array,
  ) {}

  /** Takes the client's hello, gives the server's. */
  hello(message: Uint8Array): Uint8Array {
    const clientEphemeral = proto.HandshakeMessage.decode(message).clientHello?.ephemeral;
    if (!clientEphemeral) throw new Error('the first handshake message holds no clientHello');
    this.authenticate(NOISE_WA_HEADER);
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
    const [clientToServer, serverToClient] = this.expand(NOTHING);
    this.receiving = { key: clientToServer, counter: 0 };
    this.sending = { key: serverToClient, counter: 0 };
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
