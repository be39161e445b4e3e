import { DomainError } from '../kernel/errors/domain-error.js';

export class ContactNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'contact_not_found';

  constructor(phone: string) {
    super(`No contact with a name is known under ${phone}.`);
  }
}

export class NoAccountLinked extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'no_account_linked';

  constructor() {
    super(
      'No WhatsApp account is linked yet. Open /session/qr in a browser, then on the phone: ' +
        'WhatsApp > Settings > Linked devices > Link a device, and scan the code.',
    );
  }
}

export class PersonNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'contact_not_found';

  constructor(phone: string) {
    super(`Nobody is known under ${phone}.`);
  }
}

const NO_PICTURE = {
  picture_none: 'This person has no profile picture.',
  picture_hidden: 'This person does not show the profile picture to this account.',
  picture_not_fetched:
    'The profile picture has not been fetched yet. POST /contacts/{phone}/refresh fetches it.',
  picture_evicted: 'The profile picture is not kept any more; it is being fetched again. Try again shortly.',
};

/** There are no bytes of a picture to give. */
export class NoPicture extends DomainError {
  readonly kind = 'not-found';

  constructor(readonly code: keyof typeof NO_PICTURE) {
    super(NO_PICTURE[code]);
  }
}

export class InvalidCursor extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'invalid_cursor';

  constructor(cursor: string, sort: string) {
    super(
      `Invalid cursor ${JSON.stringify(cursor)} for sort=${sort}: use next_cursor of the previous page with the same ` +
        'sort, for example /contacts?cursor=WyJqaWQiLCI0OTE3…, or omit it for the first page.',
    );
  }
}

/** Limit per account, for all callers together. */
export const REFRESHES_PER_MINUTE = 30;

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
