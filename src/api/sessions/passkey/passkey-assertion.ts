import { createHash } from 'node:crypto';
import type { PasskeyAssertion } from '../../../sessions/link-offer.js';
import { InvalidAssertion } from './passkey.errors.js';

/** Origin of WhatsApp's passkeys. */
export const WHATSAPP_WEB = 'https://web.whatsapp.com';

const BASE64URL = /^[A-Za-z0-9_-]+$/;
/** Hash of the relying party ID (32 bytes), flags (1), counter (4), and optional extensions. */
const MIN_AUTHENTICATOR_DATA_BYTES = 37;
const FLAGS_AT = 32;
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;

const EXAMPLE =
  'for example {"id": "…", "rawId": "…", "type": "public-key", "response": {"clientDataJSON": "…", ' +
  '"authenticatorData": "…", "signature": "…", "userHandle": "…"}}';

/** The parts of `PublicKeyCredentialRequestOptionsJSON` that an assertion is checked against. */
interface RequestOptions {
  challenge: string;
  rpId?: string;
  allowCredentials?: { id: string }[];
  userVerification?: string;
}

/**
 * Verifies an assertion as far as possible without the public key of the passkey, which only WhatsApp has
 * (Web Authentication Level 3, section 7.2).
 *
 * @param input result of `navigator.credentials.get`, as an object or as JSON
 * @param options WhatsApp's request for an assertion, JSON
 * @returns the assertion without additional fields
 * @throws InvalidAssertion with the reason
 */
export function checkAssertion(input: unknown, options: string): PasskeyAssertion {
  const request = JSON.parse(options) as RequestOptions;
  const assertion = toAssertion(typeof input === 'string' ? parse(input, 'assertion') : input);
  const { rawId, response } = assertion;
  const allowed = request.allowCredentials ?? [];
  verify(
    allowed.length === 0 || allowed.some(({ id }) => isSameBytes(id, rawId)),
    'it was made with a passkey of another account.',
  );
  checkClientData(response.clientDataJSON, request.challenge);
  checkAuthenticatorData(response.authenticatorData, request);
  return assertion;
}

function checkClientData(clientDataJson: string, expectedChallenge: string): void {
  const name = 'response.clientDataJSON';
  const text = Buffer.from(clientDataJson, 'base64url').toString();
  const { type, origin, challenge } = record(parse(text, name), name);
  verify(type === 'webauthn.get', `type ${JSON.stringify(type)} must be "webauthn.get".`);
  verify(origin === WHATSAPP_WEB, `it was made on ${JSON.stringify(origin)} instead of ${WHATSAPP_WEB}.`);
  verify(
    isSameBytes(String(challenge), expectedChallenge),
    'it belongs to another challenge. Create one with the options of GET /session/passkey.',
  );
}

function checkAuthenticatorData(authenticatorData: string, { rpId, userVerification }: RequestOptions): void {
  const bytes = Buffer.from(authenticatorData, 'base64url');
  verify(
    bytes.length >= MIN_AUTHENTICATOR_DATA_BYTES,
    `response.authenticatorData has ${bytes.length} bytes instead of at least ${MIN_AUTHENTICATOR_DATA_BYTES}.`,
  );
  const isSameSite = !rpId || bytes.subarray(0, FLAGS_AT).equals(createHash('sha256').update(rpId).digest());
  verify(isSameSite, `it was made with a passkey of another site than ${rpId}.`);
  const flags = bytes[FLAGS_AT] ?? 0;
  verify((flags & USER_PRESENT) !== 0, 'the authenticator did not detect a user.');
  verify(
    userVerification !== 'required' || (flags & USER_VERIFIED) !== 0,
    'the authenticator did not verify the user by PIN, fingerprint or face.',
  );
}

/** Compares base64 or base64url, with or without padding. */
function isSameBytes(a: string, b: string): boolean {
  return Buffer.from(a, 'base64').equals(Buffer.from(b, 'base64'));
}

function toAssertion(input: unknown): PasskeyAssertion {
  const { id, rawId, type, response } = record(input, 'assertion');
  const { clientDataJSON, authenticatorData, signature, userHandle } = record(response, 'response');
  verify(type === 'public-key', `type ${JSON.stringify(type)} must be "public-key".`);
  verify(id === rawId, 'id and rawId differ.');
  return {
    id: base64Url(id, 'id'),
    rawId: base64Url(rawId, 'rawId'),
    type: 'public-key',
    response: {
      clientDataJSON: base64Url(clientDataJSON, 'response.clientDataJSON'),
      authenticatorData: base64Url(authenticatorData, 'response.authenticatorData'),
      signature: base64Url(signature, 'response.signature'),
      userHandle: userHandle ? base64Url(userHandle, 'response.userHandle') : null,
    },
  };
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidAssertion(`${name} is not JSON, ${EXAMPLE}.`);
  }
}

function record(value: unknown, name: string): Record<string, unknown> {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  verify(isRecord, `${name} must be an object, ${EXAMPLE}.`);
  return value as Record<string, unknown>;
}

function base64Url(value: unknown, name: string): string {
  const isBase64Url = typeof value === 'string' && BASE64URL.test(value);
  verify(isBase64Url, `${name} must be base64url without padding, ${EXAMPLE}.`);
  return value as string;
}

function verify(isValid: boolean, problem: string): void {
  if (!isValid) throw new InvalidAssertion(problem);
}
