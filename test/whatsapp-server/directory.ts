import type { Contact } from './contact.js';
import { bareJid, type Jid } from './jid.js';
import type { Phone } from './phone.js';

/** Finds all accounts of the network by number or by LID. */
export class Directory {
  readonly contacts = new Set<Contact>();
  private readonly accounts = new Map<string, Phone | Contact>();

  /** @throws Error if the number or the LID is already in use */
  add(account: Phone | Contact): void {
    for (const jid of [account.jid, account.lidJid]) {
      if (jid && this.accounts.has(jid)) throw new Error(`${jid} is already in use`);
    }
    this.index(account);
  }

  /** Adds an account without companions. */
  addContact(contact: Contact): void {
    this.add(contact);
    this.contacts.add(contact);
  }

  /** Returns the account with this JID, regardless of its device. */
  find(jid: string): Phone | Contact | undefined {
    return this.accounts.get(bareJid(jid));
  }

  /** Replaces the previous addresses of an account by its current ones. */
  move(account: Contact, previous: readonly (Jid | undefined)[]): void {
    for (const jid of previous) if (jid && this.accounts.get(jid) === account) this.accounts.delete(jid);
    this.index(account);
  }

  private index(account: Phone | Contact): void {
    this.accounts.set(account.jid, account);
    if (account.lidJid) this.accounts.set(account.lidJid, account);
  }
}
