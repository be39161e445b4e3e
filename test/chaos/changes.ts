import { setTimeout as sleep } from 'node:timers/promises';
import { proto } from '@whiskeysockets/baileys';
import type { World } from '../support/world.js';
import type { Contact, TextOptions } from '../whatsapp-server/contact.js';
import { phoneNumber, SERVER_JID } from '../whatsapp-server/jid.js';
import { element, nowSeconds } from '../whatsapp-server/stanza.js';
import { AddressBookModel, type ListedNames } from './model.js';
import { PEOPLE, type Step } from './steps.js';

const { HistorySyncType } = proto.HistorySync;

/** Numbers for the people of one session, including those who are added later. */
const MAX_NUMBERS = 100_000;

/** Changes people and the phone, and updates the model of the address book accordingly. */
export class Changes {
  private readonly model = new AddressBookModel();
  private readonly people: Contact[] = [];
  private readonly lastMessageSecond = new Map<Contact, number>();
  private nextNumber: number;

  /** @param at index of the session, which determines the numbers of its contacts */
  constructor(
    private readonly world: World,
    at: number,
  ) {
    this.nextNumber = 491705000000 + at * MAX_NUMBERS;
    const [first, last] = [this.nextNumber, this.nextNumber + MAX_NUMBERS];
    const isOurs = ({ number }: Contact) => Number(number) >= first && Number(number) < last;
    world.phone.history.people = isOurs;
    for (let person = 0; person < PEOPLE; person += 1) this.introduce(person);
  }

  /** @returns whether the step was a change of the address book */
  async make(step: Step): Promise<boolean> {
    switch (step.kind) {
      case 'save':
        return this.save([step.person], { fullName: step.fullName, firstName: step.firstName });
      case 'saveFirstName':
        return this.save([step.person], { firstName: step.firstName });
      case 'saveMany':
        return this.save(step.people, { fullName: step.fullName });
      case 'delete':
        return this.delete(step.person, step.withoutAction);
      case 'saveLid':
        return this.saveLid(step.person, step.fullName);
      case 'deleteLid':
        return this.deleteLid(step.person);
      case 'message':
        return this.message(step);
      case 'history':
        return this.sendHistory(step.people, step.external);
      case 'reuseNumber':
        return this.reuseNumber(step.person, step.pushName);
      case 'username':
        return this.setUsername(step.person, step.username);
      case 'newLid':
        return this.changeLid(step.person);
      case 'groupMember':
        return this.joinGroup(step.person);
      case 'ownMessage':
        return this.writeTo(step.person);
      default:
        return false;
    }
  }

  /** Records the history that a newly linked device receives. */
  hearHistory(): void {
    this.model.linked();
    const { people = () => true } = this.world.phone.history;
    for (const { number, lid, pushName } of [...this.world.server.directory.contacts].filter(people)) {
      const saved = this.world.phone.addressBook().get(number)?.lid;
      if (lid || saved) this.model.pairOfThePast(number, (saved ?? lid) as string);
      if (pushName) this.model.toldByHistory(number, pushName);
    }
  }

  /** Returns a line for each name that differs between the service and the model. */
  async differences(): Promise<string[]> {
    const listed = await this.world.listed();
    const truth = this.model.listed();
    const usernames = await this.world.usernames();
    const nobody: ListedNames = { push_name: '', full_name: '', first_name: '', username: '' };
    return [...new Set([...listed.keys(), ...truth.keys()])].flatMap((number) => {
      const names = { ...nobody, ...listed.get(number) };
      const [ours, theirs] = [
        { ...names, username: listed.has(number) ? (usernames.get(number) ?? '') : '' },
        truth.get(number) ?? nobody,
      ];
      return (['push_name', 'full_name', 'first_name', 'username'] as const).flatMap((field) =>
        ours[field] === theirs[field]
          ? []
          : [
              `${number} ${field}: ${JSON.stringify(ours[field].slice(0, 60))} should be ${JSON.stringify(theirs[field].slice(0, 60))}`,
            ],
      );
    });
  }

  private async save(people: number[], names: { fullName?: string; firstName?: string }): Promise<true> {
    const contacts = people.map((at) => this.person(at));
    await this.world.phone.saveContacts(contacts.map(({ number }) => ({ number, ...names })));
    for (const { number, lid } of contacts) {
      if (lid) this.model.pair(number, lid);
      this.model.save({ number }, names);
    }
    return true;
  }

  private async delete(at: number, withoutAction: boolean): Promise<true> {
    const { number } = this.person(at);
    if (!this.model.isSaved({ number })) return true;
    await this.world.phone.deleteContact(number, { withoutAction });
    this.model.delete({ number });
    return true;
  }

  private async saveLid(at: number, fullName: string): Promise<true> {
    const { lid } = this.person(at);
    if (!lid) return true;
    await this.world.phone.saveLidContact({ lid, fullName });
    this.model.save({ lid }, { fullName });
    return true;
  }

  private async deleteLid(at: number): Promise<true> {
    const { lid } = this.person(at);
    if (!lid || !this.model.isSaved({ lid })) return true;
    await this.world.phone.deleteContact({ lid });
    this.model.delete({ lid });
    return true;
  }

  private async message(step: Extract<Step, { kind: 'message' }>): Promise<true> {
    await this.write(this.person(step.person), step.pushName, step);
    return true;
  }

  private async write(
    contact: Contact,
    pushName: string,
    options: { byLid: boolean; withoutAlternate: boolean; inGroup: boolean },
  ): Promise<void> {
    await this.nextSecond(contact);
    const { number, lid } = contact;
    const byLid = options.byLid && lid !== undefined;
    contact.setPushName(pushName);
    const how = { addressing: byLid ? 'lid' : 'pn', withoutAlternate: options.withoutAlternate } as const;
    const { phone } = this.world;
    this.send(contact, { ...how, inGroup: options.inGroup }).catch(() => {});
    // Clients that leave an unknown stanza unacknowledged are disconnected.
    phone.notify(element('tag_of_tomorrow', { from: SERVER_JID })).catch(() => {});
    if (lid && !options.withoutAlternate) this.model.pair(number, lid);
    const address = byLid ? { lid } : { number };
    this.model.heard(address, pushName);
    if (contact.username) this.model.named(address, contact.username);
  }

  /** Sends a status or a text. The length of the push name decides, so that each seed is reproducible. */
  private send(contact: Contact, { inGroup, ...how }: TextOptions & { inGroup: boolean }): Promise<void> {
    const { phone } = this.world;
    if ((contact.pushName?.length ?? 0) % 3 === 0) return contact.sendStatus(phone, 'hi', how);
    return inGroup
      ? contact.sendGroupText(phone, '120363000000000001', 'hi', how)
      : contact.sendText(phone, 'hi', how);
  }

  /** Timestamps of messages are in seconds, so redelivered names of the same second have no defined order. */
  private async nextSecond(contact: Contact): Promise<void> {
    while (this.lastMessageSecond.get(contact) === Math.floor(Date.now() / 1_000)) await sleep(50);
    this.lastMessageSecond.set(contact, Math.floor(Date.now() / 1_000));
  }

  /** Whether the account is notified of changes of this contact. */
  private isToldOf(contact: Contact): boolean {
    const { phone } = this.world;
    return phone.companions.length > 0 && (contact.correspondents.has(phone) || phone.knows(contact));
  }

  /** A username belongs to one contact at a time. */
  private async setUsername(at: number, username: string | null): Promise<true> {
    const contact = this.person(at);
    if (!contact.lid || !this.isToldOf(contact)) return true;
    await this.nextSecond(contact);
    const name = username === null ? undefined : `${username}${contact.number}`;
    contact.setUsername(name).catch(() => {});
    this.model.named({ lid: contact.lid }, name ?? null);
    return true;
  }

  /** Skips contacts that are saved by LID, because their record would remain with the previous LID. */
  private async changeLid(at: number): Promise<true> {
    const contact = this.person(at);
    const { lid } = contact;
    if (!lid || !this.isToldOf(contact) || this.model.isSaved({ lid })) return true;
    await this.nextSecond(contact);
    const newLid = String(Number(contact.number) * 10 + (this.nextNumber++ % 10));
    if (newLid === lid) return true;
    contact.changeLid(newLid).catch(() => {});
    this.model.changeLid(lid, newLid);
    return true;
  }

  private async joinGroup(at: number): Promise<true> {
    const { number, jid, lid, lidJid } = this.person(at);
    if (!lid || !lidJid) return true;
    const participant = element('participant', { jid: lidJid, phone_number: jid });
    const attrs = { from: '120363000000000001@g.us', type: 'w:gp2', t: nowSeconds() };
    const { phone } = this.world;
    if (phone.companions.length === 0) return true;
    phone.notify(element('notification', attrs, [element('add', {}, [participant])])).catch(() => {});
    this.model.pair(number, lid);
    return true;
  }

  private async writeTo(at: number): Promise<true> {
    const contact = this.person(at);
    const { phone } = this.world;
    if (phone.companions.length === 0) return true;
    await this.nextSecond(contact);
    phone.sendText(contact, 'hi').catch(() => {});
    if (contact.lid) this.model.pair(contact.number, contact.lid);
    if (contact.username) this.model.named({ number: contact.number }, contact.username);
    return true;
  }

  private async sendHistory(people: number[], external: boolean): Promise<true> {
    const named = people.map((at) => this.person(at)).filter(({ pushName }) => pushName);
    const pushNames = named.map(({ jid, pushName }) => ({ jid, name: pushName as string }));
    this.world.phone
      .sendHistory({ syncType: HistorySyncType.PUSH_NAME, pushNames, external })
      .catch(() => {});
    for (const { number, pushName } of named) this.model.toldByHistory(number, pushName as string);
    return true;
  }

  /** Moves the number to another person without a notification. The new owner sends a message. */
  private async reuseNumber(at: number, pushName: string): Promise<true> {
    const { server } = this.world;
    const old = this.person(at);
    if (!old.lid) return true;
    const { number, jid, lidJid } = old;
    old.number = phoneNumber(String(this.nextNumber++));
    server.directory.move(old, [jid, lidJid]);
    const lid = String(Number(number) * 10 + (this.nextNumber % 10));
    const successor = server.createContact({ number, lid });
    this.people[at % PEOPLE] = successor;
    // If two contacts have a number within the same second, its owner is undefined.
    this.lastMessageSecond.set(successor, this.lastMessageSecond.get(old) ?? 0);
    await this.write(successor, pushName, { byLid: false, withoutAlternate: false, inGroup: false });
    return true;
  }

  /** Adds a person. Every fourth person has no LID. */
  private introduce(at: number): void {
    const number = String(this.nextNumber++);
    const pushName = at % 2 === 0 ? `push ${at}` : undefined;
    this.people.push(
      this.world.server.createContact({ number, pushName, ...(at % 4 === 3 && { lid: null }) }),
    );
  }

  private person(at: number): Contact {
    return this.people[at % PEOPLE] as Contact;
  }
}
