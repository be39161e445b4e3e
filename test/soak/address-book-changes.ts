import { setTimeout as sleep } from 'node:timers/promises';
import type { Contact } from '../whatsapp-server/contact.js';
import { SERVER_JID } from '../whatsapp-server/jid.js';
import type { Phone } from '../whatsapp-server/phone.js';
import { element } from '../whatsapp-server/stanza.js';
import type { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';
import type { Random } from './random.js';

const FIRST_NUMBER = 4915100000000;
const MAX_PEOPLE = 100_000;
const MAX_PAUSE_MS = 1_000;

/** A contact as `GET /getcontacts` shows it, by number. */
export type Truth = Map<string, { push_name: string; full_name: string; first_name: string }>;

/** People who are saved, renamed and deleted on the phone, who rename themselves and write. */
export class AddressBookChanges {
  readonly counts = { saved: 0, deleted: 0, messages: 0 };
  private readonly people: { number: string; contact: Contact; name: string; heard: string }[] = [];

  private readonly firstNumber: number;

  /** @param at index of the session, which determines the numbers of its contacts */
  constructor(
    private readonly server: WhatsAppServer,
    private readonly phone: Phone,
    private readonly random: Random,
    at: number,
  ) {
    this.firstNumber = FIRST_NUMBER + at * MAX_PEOPLE;
    const isOurs = ({ number }: Contact) => this.people.some((person) => person.number === number);
    phone.history.people = isOurs;
  }

  /** Creates contacts, and saves half of them before the phone is linked. */
  async prepare(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const [number, name] = [String(this.firstNumber + index), `Person ${index}`];
      const addressing = index % 2 === 0 ? 'pn' : 'lid';
      const contact = this.server.createContact({ number, pushName: name, addressing });
      // The history that the phone sends after linking contains all push names.
      this.people.push({ number, contact, name, heard: name });
    }
    const saved = this.people.filter((_, index) => index % 2 === 0);
    await this.phone.saveContacts(saved.map(({ number }) => ({ number, fullName: `Saved ${number}` })));
  }

  async until(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await this.change();
      await sleep(this.random.int(0, MAX_PAUSE_MS));
    }
  }

  /** Returns the contacts that the API has to return in the end. */
  truth(): Truth {
    const entries = this.people.map(({ number, heard }) => {
      const entry = [...this.phone.addressBook()].find(([known]) => known === number)?.[1];
      const names = {
        push_name: heard,
        full_name: entry?.fullName ?? '',
        first_name: entry?.firstName ?? '',
      };
      return [number, names] as const;
    });
    return new Map(entries.filter(([, names]) => Object.values(names).some(Boolean)));
  }

  private async change(): Promise<void> {
    const person = this.random.pick(this.people);
    const isSaved = [...this.phone.addressBook().keys()].some((number) => number === person.number);
    const kind = this.random.int(0, 3);
    if (kind === 0 && isSaved) {
      await this.phone.deleteContact(person.number);
      this.counts.deleted += 1;
    } else if (kind <= 1) {
      const tag = this.random.int(0, 1_000_000);
      const firstName = this.random.next() < 0.5 ? `First ${tag}` : undefined;
      await this.phone.saveContact({ number: person.number, fullName: `Full ${tag}`, firstName });
      this.counts.saved += 1;
    } else {
      this.write(person);
    }
  }

  /** Not awaited, because a message is queued by WhatsApp while no device is connected. */
  private write(person: { contact: Contact; name: string; heard: string }): void {
    person.name = `Name ${this.random.int(0, 1_000_000)}`;
    person.contact.setPushName(person.name);
    person.heard = person.name;
    this.counts.messages += 1;
    const isStatus = this.random.next() < 0.3;
    const sent = isStatus
      ? person.contact.sendStatus(this.phone, 'hello')
      : person.contact.sendText(this.phone, 'hello');
    void sent.catch(() => {});
    void this.phone.notify(element('tag_of_tomorrow', { from: SERVER_JID })).catch(() => {});
  }
}
