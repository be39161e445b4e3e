/** An attempt to link has ended without a link. Message and advice are sentences for people. */
export class LinkFailure extends Error {
  constructor(
    message: string,
    readonly advice: string,
    /** Whether somebody was at it, and is likely to try again. */
    readonly isSomebodyThere = true,
  ) {
    super(message);
  }
}

const SCAN_OR_CODE = 'Scan the QR code at /session/qr, or ask for a pairing code.';

/** Every way in which an attempt to link can come to nothing. */
export const linkFailures = {
  linkedElsewhere: (number: string, session: string) =>
    new LinkFailure(
      `The account ${number} is linked through the session "${session}" already, so this session was unlinked again.`,
      `Link another account here, or unlink it there first: DELETE /sessions/${session}/session.`,
    ),
  nobodyScanned: () => new LinkFailure('Nobody scanned the QR code in time.', SCAN_OR_CODE, false),
  connectionLost: (step: string) =>
    new LinkFailure(`The connection to WhatsApp was lost ${step}.`, SCAN_OR_CODE),
  cancelled: () => new LinkFailure('The passkey ceremony was cancelled on request.', SCAN_OR_CODE),
  wrongSecret: () =>
    new LinkFailure('The phone scanned a QR code that is not the current one.', 'Scan the current one.'),
  codeNotCompleted: () =>
    new LinkFailure(
      'The phone took the pairing code, but did not complete the link: the code may have been mistyped.',
      'Ask for a new pairing code, or scan the QR code.',
    ),
  codeRefused: (reason: string) =>
    new LinkFailure(
      `WhatsApp did not accept the pairing code that was entered: ${reason}.`,
      'Ask for a new pairing code, or scan the QR code.',
    ),
  noAssertion: () =>
    new LinkFailure('The passkey was not confirmed in time.', 'Link again, and have the passkey at hand.'),
  noContinuation: () =>
    new LinkFailure(
      'WhatsApp took the passkey, but the phone did not answer.',
      'Open WhatsApp on the phone, check that it is online, and link again.',
    ),
  notCompared: () => new LinkFailure('Nobody confirmed in time that the codes are the same.', 'Link again.'),
  passkeyFailed: (reason: string) =>
    new LinkFailure(`The passkey ceremony failed: ${reason}.`, 'Link again.'),
  notConfirmed: () =>
    new LinkFailure('The passkey was confirmed, but the phone did not complete the link.', SCAN_OR_CODE),
};
