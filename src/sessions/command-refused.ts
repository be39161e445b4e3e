import { DomainError, type DomainErrorKind } from '../kernel/errors/domain-error.js';

/** Stable names of what can keep a command from being done. */
export type RefusalCode =
  | 'account_linked'
  | 'assertion_refused'
  | 'no_account_linked'
  | 'no_passkey'
  | 'pairing_refused'
  | 'passkey_ended'
  | 'refused'
  | 'token_invalid'
  | 'whatsapp_limited'
  | 'whatsapp_not_answering'
  | 'whatsapp_not_ready'
  | 'wrong_step';

/** As the message says it. */
const WHATSAPP_LIMITED_FOR_SECONDS = 3_600;

/** The session role could not do what the API asked of it; the message says why, and what to do. */
export class CommandRefused extends DomainError {
  override readonly retryAfterSeconds: number | undefined = undefined;

  constructor(
    readonly kind: DomainErrorKind,
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
    if (code === 'whatsapp_limited') this.retryAfterSeconds = WHATSAPP_LIMITED_FOR_SECONDS;
  }
}
