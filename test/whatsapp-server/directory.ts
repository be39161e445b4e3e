import type { Contact } from './contact.js';
import { bareJid, type Jid } from './jid.js';
import type { Phone } from './phone.js';

/** Everybody on the network, found by number and by LID. */
export class Directory {
  readonly contacts = new Set<Contact>();
  private readonly people = new Map<string, Phone | Contact>();

  /** @throws Error when the number or the LID is taken */
  add(person: Phone | Contact): void {
    for (const jid of [person.jid, person.lidJid]) {
      if (jid && this.people.has(jid)) throw new Error(`${jid} is taken`);
    }
    this.index(person);
  }

  /** Adds a person who is not an account with companions. */
  addContact(contact: Contact): void {
    this.add(contact);
    this.contacts.add(contact);
  }

  /** The person with this JID; the device in it does not matter. */
  find(jid: string): Phone | Contact | undefined {
    return this.people.get(bareJid(jid));
  }

  /** A person is no longer found under a former address, but under the present ones. */
  move(person: Contact, former: readonly (Jid | undefined)[]): void {
    for (const jid of former) if (jid && this.people.get(jid) === person) this.people.delete(jid);
    this.index(person);
  }

  private index(person: Phone | Contact): void {
    this.people.set(person.jid, person);
    if (person.lidJid) this.people.set(person.lidJid, person);
  }
}
