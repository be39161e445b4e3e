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
