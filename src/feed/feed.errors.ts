import { DomainError } from '../kernel/errors/domain-error.js';

/** The feed cannot be read from the requested position. */
export class ChangesGone extends DomainError {
  readonly kind = 'gone';
  readonly code = 'changes_gone';

  /** @param reason why the position is invalid, as a clause */
  constructor(after: number, reason: string) {
    super(
      `Cannot continue after ${after}: ${reason}. Load the whole list (GET /contacts or GET /getcontacts) and ` +
        'continue after the number in its Changes-Next header.',
    );
  }

  /** @param upTo the last change that was deleted because of its age */
  static pruned(after: number, upTo: number): ChangesGone {
    return new ChangesGone(after, `changes up to ${upTo} are no longer stored`);
  }
}
