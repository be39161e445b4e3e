import { DomainError } from '../kernel/errors/domain-error.js';

/** Where a reader wants to go on is not in the feed. */
export class ChangesGone extends DomainError {
  readonly kind = 'gone';
  readonly code = 'changes_gone';

  /** @param reason what is wrong with the number, as a half sentence */
  constructor(after: number, reason: string) {
    super(
      `after is ${after}, but ${reason}. Read the whole list once more (GET /contacts or GET /getcontacts), and go on ` +
        'after the number in its header Changes-Next.',
    );
  }

  /** @param upTo the last change that was deleted because of its age */
  static pruned(after: number, upTo: number): ChangesGone {
    return new ChangesGone(after, `changes up to ${upTo} are no longer stored`);
  }
}
