import { createHash } from 'node:crypto';
import type { PasskeyAssertion } from '../../../sessions/link-offer.js';
import { DomainError } from '../../../kernel/errors/domain-error.js';

/** Where the assertion has to be made: WhatsApp's passkeys are of this site. */
export const WHATSAPP_WEB = 'https://web.whatsapp.com';

const BASE64URL = /^[A-Za-z0-9_-]+$/;
/** Hash of the site (32 bytes), flags (1), counter (4), and perhaps extensions. */
const MIN_AUTHENTICATOR_DATA_BYTES = 37;
const FLAGS_AT = 32;
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;

const EXAMPLE =
  '{"id": "…", "rawId": "…", "type": "public-key", "response": {"clientDataJSON": "…", "authenticatorData": "…", ' +
  '"signature": "…", "userHandle": "…"}}';

/** The assertion cannot be what WhatsApp asks for. It is not sent, and another one may be made with the same options. */
export class InvalidAssertion extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'invalid_assertion';

  constructor(what: string) {
    super(`The assertion is not valid: ${what}`);
  }
}

/** The parts of `PublicKeyCredentialRequestOptionsJSON` that an assertion is checked against. */
interface RequestOptions {
  challenge: string;
  rpId?: string;
  allowCredentials?: { id: string }[];
  userVerification?: string;
}

interface ClientData {
  type?: unknown;
  challenge?: unknown;
  origin?: unknown;
}

/**
 * Checks all of an assertion that can be checked without the passkey's public key, which only WhatsApp has
 * (Web Authentication Level 3, section 7.2).
 * @param given what `navigator.credentials.get` gave, as an object or as JSON
 * @param options WhatsApp's request for an assertion, JSON
 * @returns what is to be sent on, and nothing else
 * @throws InvalidAssertion saying what is wrong
 */
export function checkAssertion(given: unknown, options: string): PasskeyAssertion {
  const request = JSON.parse(options) as RequestOptions;
  const assertion = shapeOf(typeof given === 'string' ? parse(given, 'the assertion') : given);
  const isKnown = request.allowCredentials?.some(({ id }) => isSameBytes(id, assertion.rawId)) ?? true;
  if (request.allowCredentials?.length && !isKnown) {
    throw new InvalidAssertion('it is made with a passkey of another account.');
  }
  checkClientData(assertion.response.clientDataJSON, request.challenge);
  checkAuthenticatorData(assertion.response.authenticatorData, request);
  return assertion;
}

function checkClientData(clientDataJson: string, challenge: string): void {
  const text = Buffer.from(clientDataJson, 'base64url').toString();
  const clientData: ClientData = record(parse(text, 'response.clientDataJSON'), 'response.clientDataJSON');
  if (clientData.type !== 'webauthn.get') {
    throw new InvalidAssertion(
      `its type is ${JSON.stringify(clientData.type)} and must be "webauthn.get": call navigator.credentials.get.`,
    );
  }
  if (clientData.origin !== WHATSAPP_WEB) {
    throw new InvalidAssertion(
      `it was made on ${JSON.stringify(clientData.origin)} and must be made on ${WHATSAPP_WEB}.`,
    );
  }
  if (!isSameBytes(String(clientData.challenge), challenge)) {
    throw new InvalidAssertion(
      'it answers another challenge. Make a new one with the options of GET /session/passkey.',
    );
  }
}

function checkAuthenticatorData(authenticatorData: string, { rpId, userVerification }: RequestOptions): void {
  const bytes = Buffer.from(authenticatorData, 'base64url');
  if (bytes.length < MIN_AUTHENTICATOR_DATA_BYTES) {
    throw new InvalidAssertion(
      `response.authenticatorData has ${bytes.length} bytes, and at least ${MIN_AUTHENTICATOR_DATA_BYTES} are needed.`,
    );
  }
  const site = createHash('sha256')
    .update(rpId ?? '')
    .digest();
  if (rpId && !bytes.subarray(0, FLAGS_AT).equals(site)) {
    throw new InvalidAssertion(`it is made with a passkey of another site than ${rpId}.`);
  }
  const flags = bytes[FLAGS_AT] ?? 0;
  if (!(flags & USER_PRESENT)) throw new InvalidAssertion('the authenticator did not see its user.');
  if (userVerification === 'required' && !(flags & USER_VERIFIED)) {
    throw new InvalidAssertion('the authenticator did not verify its user by PIN, finger or face.');
  }
}

/** Base64 and base64url, with and without padding, are the same to who wrote them. */
function isSameBytes(one: string, other: string): boolean {
  return Buffer.from(one, 'base64').equals(Buffer.from(other, 'base64'));
}

function parse(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidAssertion(`${what} is not JSON. It has the form ${EXAMPLE}.`);
  }
}

function shapeOf(given: unknown): PasskeyAssertion {
  const { id, rawId, type, response } = record(given, 'the assertion');
  const { clientDataJSON, authenticatorData, signature, userHandle } = record(response, 'response');
  if (type !== 'public-key') {
    throw new InvalidAssertion(`type is ${JSON.stringify(type)} and must be "public-key".`);
  }
  const assertion = {
    id: base64Url(id, 'id'),
    rawId: base64Url(rawId, 'rawId'),
    type,
    response: {
      clientDataJSON: base64Url(clientDataJSON, 'response.clientDataJSON'),
      authenticatorData: base64Url(authenticatorData, 'response.authenticatorData'),
      signature: base64Url(signature, 'response.signature'),
      userHandle: userHandle ? base64Url(userHandle, 'response.userHandle') : null,
    },
  };
  if (assertion.id !== assertion.rawId) throw new InvalidAssertion('id and rawId differ.');
  return assertion;
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new InvalidAssertion(`${what} is no object. It has the form ${EXAMPLE}.`);
}

function base64Url(value: unknown, name: string): string {
  if (typeof value === 'string' && BASE64URL.test(value)) return value;
  throw new InvalidAssertion(`${name} must be a text in base64url without padding. The form is ${EXAMPLE}.`);
}
