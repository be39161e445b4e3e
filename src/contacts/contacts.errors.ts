import { DomainError } from '../errors/domain-error.js';

export class ContactNotFound extends DomainError {
  readonly kind = 'not-found';

  constructor(phone: string) {
    super(`No contact with a name is known under ${phone}.`);
  }
}

export class NoAccountLinked extends DomainError {
  readonly kind = 'unavailable';

  constructor() {
    super(
      'No WhatsApp account is linked yet. Open /session/qr in a browser, then on the phone: ' +
        'WhatsApp > Settings > Linked devices > Link a device, and scan the code.',
    );
  }
}

export class PersonNotFound extends DomainError {
  readonly kind = 'not-found';

  constructor(phone: string) {
    super(`Nobody is known under ${phone}.`);
  }
}

/** There are no bytes of a picture to give, for the reason given. */
export class NoPicture extends DomainError {
  readonly kind = 'not-found';
}

export class InvalidCursor extends DomainError {
  readonly kind = 'invalid';

  constructor(cursor: string, sort: string) {
    super(
      `cursor is ${JSON.stringify(cursor)}; it must be next_cursor of the answer before, asked with the same sort ` +
        `(here ${sort}), for example /contacts?cursor=eyJzb3J0Ijoi…. Leave it out for the first page.`,
    );
  }
}

export class RefreshLimited extends DomainError {
  readonly kind = 'limited';

  constructor(
    reason: string,
    override readonly retryAfterSeconds: number,
  ) {
    super(`${reason} Try again in ${retryAfterSeconds} s.`);
  }
}
