import type { ContactNames } from '../../contacts/read/contacts.repository.js';
import { IsContactReference, IsNumberOrJid } from './contact-reference.js';

/** Response of `GET /getcontact`, and an element of `GET /getcontacts`. */
export class ContactDto implements ContactNames {
  /** For example `491701234567@s.whatsapp.net`. */
  jid: string;
  /** Name that the contact chose; `""` if unknown. */
  push_name: string;
  /** Name saved on the phone; `""` if the contact is not saved. */
  full_name: string;
  /** First name saved on the phone; `""` if the contact has none. */
  first_name: string;
}

/** Query of `GET /getcontact`. */
export class GetContactQuery {
  /** Number with country code, with or without `+`, `00` and separators; or a JID or LID. */
  @IsNumberOrJid('/getcontact?phone=491701234567')
  phone: string;
}

/** Path of `/contacts/{phone}` and the routes below it. */
export class ContactPath {
  /**
   * Number with country code, with or without `+`, `00` and separators; or a JID or LID; or a username after `@`; or an
   * ID.
   */
  @IsContactReference('/contacts/491701234567')
  phone: string;
}
