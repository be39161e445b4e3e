import type { ReasonCode } from '../../sessions/reason-code.js';

/** An attempt to link has ended without a link, or a link is gone. Message and advice are sentences for people. */
export class LinkFailure extends Error {
  constructor(
    readonly code: ReasonCode,
    message: string,
    readonly advice: string,
    /** Whether somebody was at it, and is likely to try again. */
    readonly isSomebodyThere = true,
  ) {
    super(message);
  }
}

const SCAN_OR_CODE = 'Scan the QR code at /session/qr, or ask for a pairing code.';

/** Every way in which an attempt to link can come to nothing; and why there is none any more. */
export const linkFailures = {
  linkedElsewhere: (number: string, session: string) =>
    new LinkFailure(
      'linked_elsewhere',
      `The account ${number} is linked through the session "${session}" already, so this session was unlinked again.`,
      `Link another account here, or unlink it there first: DELETE /sessions/${session}/session.`,
    ),
  unlinked: (code: ReasonCode, reason: string) => new LinkFailure(code, reason, SCAN_OR_CODE),
  nobodyScanned: () =>
    new LinkFailure('link_not_begun', 'Nobody scanned the QR code in time.', SCAN_OR_CODE, false),
  connectionLost: (step: string) =>
    new LinkFailure('link_connection_lost', `The connection to WhatsApp was lost ${step}.`, SCAN_OR_CODE),
  cancelled: () =>
    new LinkFailure('link_passkey_cancelled', 'The passkey ceremony was cancelled on request.', SCAN_OR_CODE),
  wrongSecret: () =>
    new LinkFailure(
      'link_wrong_qr',
      'The phone scanned a QR code that is not the current one.',
      'Scan the current one.',
    ),
  signatureInvalid: () =>
    new LinkFailure(
      'link_signature_invalid',
      'The account has not signed this device, so it was not linked.',
      'Link again. If it happens again, update WhatsApp on the phone.',
    ),
  codeNotCompleted: () =>
    new LinkFailure(
      'link_code_not_completed',
      'The phone took the pairing code, but did not complete the link: the code may have been mistyped.',
      'Ask for a new pairing code, or scan the QR code.',
    ),
  codeRefused: (reason: string) =>
    new LinkFailure(
      'link_code_refused',
      `WhatsApp did not accept the pairing code that was entered: ${reason}.`,
      'Ask for a new pairing code, or scan the QR code.',
    ),
  noAssertion: () =>
    new LinkFailure(
      'link_passkey_timed_out',
      'The passkey was not confirmed in time.',
      'Link again, and have the passkey at hand.',
    ),
  noContinuation: () =>
    new LinkFailure(
      'link_passkey_unanswered',
      'WhatsApp took the passkey, but the phone did not answer.',
      'Open WhatsApp on the phone, check that it is online, and link again.',
    ),
  notCompared: () =>
    new LinkFailure(
      'link_passkey_not_compared',
      'Nobody confirmed in time that the codes are the same.',
      'Link again.',
    ),
  passkeyFailed: (reason: string) =>
    new LinkFailure('link_passkey_failed', `The passkey ceremony failed: ${reason}.`, 'Link again.'),
  notConfirmed: () =>
    new LinkFailure(
      'link_passkey_not_completed',
      'The passkey was confirmed, but the phone did not complete the link.',
      SCAN_OR_CODE,
    ),
};
