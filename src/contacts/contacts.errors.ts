import { DomainError } from '../kernel/errors/domain-error.js';

export class ContactNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'contact_not_found';

  constructor(phone: string) {
    super(`No contact found for ${phone}.`);
  }
}

/** The ID belongs to a contact that became part of another one. */
export class ContactMerged extends DomainError {
  readonly kind = 'moved';
  readonly code = 'contact_merged';
  override readonly headers: { Location: string };

  /** @param location of the contact that remains, relative to the requested URL */
  constructor(id: string, remaining: string, location: string) {
    super(`The contact ${id} was merged into ${remaining}. Use this id.`);
    this.headers = { Location: location };
  }
}

const NO_PICTURE = {
  picture_none: 'This contact has no profile picture.',
  picture_hidden: 'This contact does not show the profile picture to this account.',
  picture_not_fetched:
    'The profile picture has not been fetched yet. Use POST /contacts/{phone}/refresh to fetch it now.',
  picture_evicted:
    'The profile picture was evicted from the cache. It is fetched again, unless profile fetches are turned off. ' +
    'Retry in a few seconds.',
};

/** The bytes of a profile picture are not available. */
export class NoPicture extends DomainError {
  readonly kind = 'not-found';

  constructor(readonly code: keyof typeof NO_PICTURE) {
    super(NO_PICTURE[code]);
  }
}

export class InvalidCursor extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'invalid_cursor';

  static malformed(cursor: string): InvalidCursor {
    return new InvalidCursor(
      `Invalid cursor ${JSON.stringify(cursor)}: use next_cursor of the previous page, for example ` +
        '/contacts?cursor=WyJYM2ZhOGQ1…, or omit it for the first page.',
    );
  }

  static ofAnotherList(): InvalidCursor {
    return new InvalidCursor(
      'The cursor belongs to a list with another sort or other filters: repeat the parameters of the previous page ' +
        '(only limit and fields may differ), for example /contacts?search=anna&cursor=WyJYM2ZhOGQ1…, or omit ' +
        'cursor for the first page.',
    );
  }
}

/** Limit per account, for all callers together. */
export const REFRESHES_PER_MINUTE = 30;

/** Profile fetches are turned off (`DOWNLOADS_PER_MINUTE=0`), so a requested fetch would never run. */
export class FetchesOff extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'fetches_off';

  constructor() {
    super(
      'Profile fetches are turned off. Ask the operator to set DOWNLOADS_PER_MINUTE to a number greater than 0 for ' +
        'the process that runs the session, for example 20.',
    );
  }
}

const REFRESH_LIMITED = {
  contact: 'A refresh of this contact was requested less than a minute ago.',
  account: `The limit of ${REFRESHES_PER_MINUTE} refreshes per minute is reached for this account.`,
};

export class RefreshLimited extends DomainError {
  readonly kind = 'limited';
  readonly code = 'refresh_limited';

  constructor(
    limit: keyof typeof REFRESH_LIMITED,
    override readonly retryAfterSeconds: number,
  ) {
    super(`${REFRESH_LIMITED[limit]} Try again in ${retryAfterSeconds} s.`);
  }
}
