/**
 * - `assertion`: a browser has to make an assertion with the account's passkey
 * - `waiting`: for WhatsApp and the phone
 * - `compare`: a person has to compare the code with the phone's
 */
export const PASSKEY_STEPS = ['assertion', 'waiting', 'compare'] as const;
export type PasskeyStep = (typeof PASSKEY_STEPS)[number];

/** A passkey ceremony under way. */
export interface PasskeyOffer {
  step: PasskeyStep;
  /** XXXX-XXXX while it is to be compared, otherwise null. */
  code: string | null;
  /** When the step has to be done, ISO 8601. */
  expiresAt: string;
  /** Authorises whoever brings the assertion. */
  token: string;
  /** WhatsApp's request for an assertion, JSON. */
  options: string;
}

/** Something to scan or to enter, and until when, ISO 8601. */
export interface ExpiringText {
  text: string;
  expiresAt: string;
}

/** What a person can link with at the moment. */
export interface LinkOffer {
  /** Text of the QR code; null while there is none to scan. */
  qr: ExpiringText | null;
  /** Code to enter on the phone; null when nobody has asked for one, or it has expired. */
  pairingCode: ExpiringText | null;
  passkey: PasskeyOffer | null;
}

/** What `navigator.credentials.get` gives, binary values as base64url without padding. */
export interface PasskeyAssertion {
  id: string;
  rawId: string;
  type: string;
  response: {
    clientDataJSON: string;
    authenticatorData: string;
    signature: string;
    userHandle: string | null;
  };
}
