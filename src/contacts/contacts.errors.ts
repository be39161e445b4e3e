import { DomainError } from '../kernel/errors/domain-error.js';

export class ContactNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'contact_not_found';

  constructor(phone: string) {
    super(`No contact with a name is known under ${phone}.`);
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
      `cursor is ${JSON.stringify(cursor)}; it must be next_cursor of the answer before, asked with the same sort ` +
        `(here ${sort}), for example /contacts?cursor=eyJzb3J0Ijoi…. Leave it out for the first page.`,
    );
  }
}

export class RefreshLimited extends DomainError {
  readonly kind = 'limited';
  readonly code = 'refresh_limited';

  constructor(
    reason: string,
    override readonly retryAfterSeconds: number,
  ) {
    super(`${reason} Try again in ${retryAfterSeconds} s.`);
  }
}
