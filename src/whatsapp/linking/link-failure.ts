import type { ReasonCode } from '../../sessions/reason-code.js';

/** An attempt to link has failed, or the device is unlinked. Message and advice are sentences for users. */
export class LinkFailure extends Error {
  constructor(
    readonly code: ReasonCode,
    message: string,
    readonly advice: string,
    /** Whether a user has begun the attempt, and is likely to try again. */
    readonly isUserPresent = true,
  ) {
    super(message);
  }
}

const NEW_CODE = 'Request a new pairing code, or scan the QR code.';
const SCAN_OR_CODE = 'Scan the QR code at /session/qr, or request a pairing code.';

/** All reasons why an attempt to link fails, or a device is unlinked. */
export const linkFailures = {
  linkedElsewhere: (number: string, session: string) =>
    new LinkFailure(
      'linked_elsewhere',
      `The account ${number} is already linked through the session "${session}", so this session was unlinked again.`,
      `Link another account here, or unlink the other session first: DELETE /sessions/${session}/session.`,
    ),
  unlinked: (code: ReasonCode, reason: string) => new LinkFailure(code, reason, SCAN_OR_CODE),
  notScanned: () =>
    new LinkFailure('link_not_begun', 'The QR code was not scanned in time.', SCAN_OR_CODE, false),
  connectionLost: (step: string) =>
    new LinkFailure('link_connection_lost', `The connection to WhatsApp was lost ${step}.`, SCAN_OR_CODE),
  cancelled: () =>
    new LinkFailure('link_passkey_cancelled', 'The passkey ceremony was canceled on request.', SCAN_OR_CODE),
  wrongSecret: () =>
    new LinkFailure(
      'link_wrong_qr',
      'The phone scanned a QR code that is not the current one.',
      'Scan the current QR code.',
    ),
  signatureInvalid: () =>
    new LinkFailure(
      'link_signature_invalid',
      'The device was not signed by the account, so it was not linked.',
      'Link again. If it happens again, update WhatsApp on the phone.',
    ),
  codeNotCompleted: () =>
    new LinkFailure(
      'link_code_not_completed',
      'The phone accepted the pairing code but did not complete the link. The code may have been mistyped.',
      NEW_CODE,
    ),
  codeRefused: (reason: string) =>
    new LinkFailure(
      'link_code_refused',
      `WhatsApp did not accept the pairing code that was entered: ${reason}.`,
      NEW_CODE,
    ),
  noAssertion: () =>
    new LinkFailure(
      'link_passkey_timed_out',
      'The passkey was not confirmed in time.',
      'Link again, and have the passkey ready.',
    ),
  noContinuation: () =>
    new LinkFailure(
      'link_passkey_unanswered',
      'WhatsApp accepted the passkey, but the phone did not respond.',
      'Open WhatsApp on the phone, check that it is online, and link again.',
    ),
  notCompared: () =>
    new LinkFailure('link_passkey_not_compared', 'The codes were not compared in time.', 'Link again.'),
  passkeyFailed: (reason: string) =>
    new LinkFailure('link_passkey_failed', `The passkey ceremony failed: ${reason}.`, 'Link again.'),
  notConfirmed: () =>
    new LinkFailure(
      'link_passkey_not_completed',
      'The passkey was confirmed, but the phone did not complete the link.',
      SCAN_OR_CODE,
    ),
};
