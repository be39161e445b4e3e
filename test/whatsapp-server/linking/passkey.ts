import { createHash, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';

const RP_ID = 'whatsapp.com';
const ORIGIN = 'https://web.whatsapp.com';
const REQUEST_TIMEOUT_MS = 600_000;
/** Flags of the authenticator data: user present, user verified. */
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;

/** WhatsApp's request to a browser: `PublicKeyCredentialRequestOptionsJSON`. */
export interface PasskeyRequestOptions {
  readonly challenge: string;
  readonly timeout: number;
  readonly rpId: string;
  readonly allowCredentials: readonly { readonly id: string; readonly type: 'public-key' }[];
  readonly userVerification: 'required';
  readonly extensions: Record<string, never>;
}

/** Response of a browser, with binary values as base64url. */
export interface PasskeyAssertion {
  readonly id: string;
  readonly rawId: string;
  readonly type: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string | null;
  };
}

const fromBase64Url = (text: string): Buffer => Buffer.from(text, 'base64url');
const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

/** The passkey of an account: its authenticator, and WhatsApp's verification. */
export class Passkey {
  readonly credentialId = randomBytes(16);
  readonly userHandle = randomBytes(16);
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  private signCount = 0;

  /** @param timeoutMs how long its requests are valid */
  constructor(private readonly timeoutMs = REQUEST_TIMEOUT_MS) {}

  /** Private key for a virtual authenticator of a browser: PKCS#8, base64. */
  get privateKey(): string {
    return this.keys.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  }

  /** Creates a request with a new challenge. */
  requestOptions(): PasskeyRequestOptions {
    return {
      challenge: randomBytes(32).toString('base64url'),
      timeout: this.timeoutMs,
      rpId: RP_ID,
      allowCredentials: [{ id: this.credentialId.toString('base64url'), type: 'public-key' }],
      userVerification: 'required',
      extensions: {},
    };
  }

  /** Returns the response of a browser on this origin after its user has confirmed. */
  assert({ challenge }: PasskeyRequestOptions, { origin = ORIGIN } = {}): PasskeyAssertion {
    this.signCount += 1;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.signCount);
    const authenticatorData = Buffer.concat([
      sha256(RP_ID),
      Buffer.from([USER_PRESENT | USER_VERIFIED]),
      counter,
    ]);
    const clientDataJSON = JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false });
    const signed = Buffer.concat([authenticatorData, sha256(clientDataJSON)]);
    const id = this.credentialId.toString('base64url');
    return {
      id,
      rawId: id,
      type: 'public-key',
      response: {
        clientDataJSON: Buffer.from(clientDataJSON).toString('base64url'),
        authenticatorData: authenticatorData.toString('base64url'),
        signature: sign('sha256', signed, this.keys.privateKey).toString('base64url'),
        userHandle: this.userHandle.toString('base64url'),
      },
    };
  }

  /** Returns whether this passkey signed the challenge on WhatsApp's origin. */
  isSignedFor({ challenge }: PasskeyRequestOptions, { rawId, response }: PasskeyAssertion): boolean {
    const clientData = fromBase64Url(response.clientDataJSON);
    const authenticatorData = fromBase64Url(response.authenticatorData);
    const client = JSON.parse(clientData.toString()) as { type: string; challenge: string; origin: string };
    const signed = Buffer.concat([authenticatorData, sha256(clientData)]);
    return (
      fromBase64Url(rawId).equals(this.credentialId) &&
      client.type === 'webauthn.get' &&
      client.challenge === challenge &&
      client.origin === ORIGIN &&
      authenticatorData.subarray(0, 32).equals(sha256(RP_ID)) &&
      ((authenticatorData[32] ?? 0) & USER_VERIFIED) !== 0 &&
      verify('sha256', signed, this.keys.publicKey, fromBase64Url(response.signature))
    );
  }
}
