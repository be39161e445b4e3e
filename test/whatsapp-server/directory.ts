import type { Contact } from './contact.js';
import { bareJid, type Jid } from './jid.js';
import type { Phone } from './phone.js';

/** Finds all accounts of the network by number or by LID. */
export class Directory {
  readonly contacts = new Set<Contact>();
  private readonly people = new Map<string, Phone | Contact>();

  /** @throws Error if the number or the LID is already in use */
  add(person: Phone | Contact): void {
    for (const jid of [person.jid, person.lidJid]) {
      if (jid && this.people.has(jid)) throw new Error(`${jid} is already in use`);
    }
    this.index(person);
  }

  /** Adds an account without companions. */
  addContact(contact: Contact): void {
    this.add(contact);
    this.contacts.add(contact);
  }

  /** Returns the account with this JID, regardless of its device. */
  find(jid: string): Phone | Contact | undefined {
    return this.people.get(bareJid(jid));
  }

  /** Replaces the previous addresses of an account by its current ones. */
  move(person: Contact, previous: readonly (Jid | undefined)[]): void {
    for (const jid of previous) if (jid && this.people.get(jid) === person) this.people.delete(jid);
    this.index(person);
  }

  private index(person: Phone | Contact): void {
    this.people.set(person.jid, person);
    if (person.lidJid) this.people.set(person.lidJid, person);
  }
}
