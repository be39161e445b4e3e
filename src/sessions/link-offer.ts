/** Where WhatsApp links a device, on the phone. */
export const LINK_A_DEVICE = 'WhatsApp > ⋮ (Android) or Settings (iPhone) > Linked devices > Link a device';

/**
 * - `assertion`: a browser has to create an assertion with the account's passkey
 * - `waiting`: WhatsApp and the phone have to continue
 * - `compare`: the user has to compare the code with the one on the phone
 */
export const PASSKEY_STEPS = ['assertion', 'waiting', 'compare'] as const;
export type PasskeyStep = (typeof PASSKEY_STEPS)[number];

/** A passkey ceremony in progress. */
export interface PasskeyOffer {
  step: PasskeyStep;
  /** XXXX-XXXX in step `compare`, otherwise null. */
  code: string | null;
  /** Deadline of the step, ISO 8601. */
  expiresAt: string;
  /** Authorizes the browser that sends the assertion. */
  token: string;
  /** WhatsApp's request for an assertion, JSON. */
  options: string;
}

/** A text to scan or enter, and when it expires, ISO 8601. */
export interface ExpiringText {
  text: string;
  expiresAt: string;
}

/** Current ways to link an account. */
export interface LinkOffer {
  /** Text of the QR code; null if there is none at the moment. */
  qr: ExpiringText | null;
  /** Code to enter on the phone; null if none was requested, or it has expired. */
  pairingCode: ExpiringText | null;
  /** Whether a code was entered on the phone, correct or not. The phone then has a minute to complete the link. */
  isCodeEntered: boolean;
  passkey: PasskeyOffer | null;
}

/** Result of `navigator.credentials.get`, with binary values as base64url without padding. */
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
