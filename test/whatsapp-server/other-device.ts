import type { Briefing } from './briefing.js';
import { type Jid, lidJid, phoneJid } from './jid.js';
import { PersonKeys } from './person-keys.js';
import type { Phone } from './phone.js';
import { PhoneInbox } from './phone-inbox.js';

/** A device of an account that speaks with the account's companions. */
export interface OwnDevice {
  readonly jid: Jid;
  readonly lidJid: Jid;
  readonly keys: PersonKeys;
}

/** Another linked device of an account, without a connection: it has all sync keys, and shares them when it is asked. */
export class OtherDevice implements OwnDevice {
  readonly jid: Jid;
  readonly lidJid: Jid;
  readonly keys = new PersonKeys();
  readonly inbox: PhoneInbox;

  constructor(
    { number, lid }: Pick<Phone, 'number' | 'lid'>,
    readonly device: number,
    briefing: Briefing,
  ) {
    this.jid = phoneJid(number, device);
    this.lidJid = lidJid(lid, device);
    this.inbox = new PhoneInbox(this, briefing);
  }
}
