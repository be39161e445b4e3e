import { DomainError, type DomainErrorKind } from '../kernel/errors/domain-error.js';

/** Stable codes of the reasons why a command can fail. */
export const REFUSAL_CODES = [
  'account_linked',
  'assertion_refused',
  'no_account_linked',
  'no_passkey',
  'pairing_refused',
  'passkey_ended',
  'refused',
  'token_invalid',
  'whatsapp_limited',
  'whatsapp_not_answering',
  'whatsapp_not_ready',
  'wrong_step',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** Equal to the time in the message. */
const WHATSAPP_LIMITED_FOR_SECONDS = 3_600;

/** The session role rejected a command of the API. The message contains the reason and how to fix it. */
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
