import { proto } from '@whiskeysockets/baileys';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';
import type { Contact } from '../whatsapp-server/contact.js';
import { phoneNumber } from '../whatsapp-server/jid.js';
import { armFault } from './armed-faults.js';
import { AddressBookModel, type ListedNames } from './model.js';
import { PEOPLE, type Scenario, type Step } from './steps.js';

const { HistorySyncType } = proto.HistorySync;
const SETTLE_TIMEOUT_MS = 90_000;
/** What is not acknowledged by then comes again only at the next login. */
const REDELIVER_AFTER_MS = 5_000;
const OUTAGE_AT_START_MS = 700;

/** How a round ended: people whose names, and whose push names, are right, of all that the model lists. */
export interface Outcome {
  namesRight: boolean;
  pushNamesRight: boolean;
  kills: number;
  differences: string[];
}

/** Lets a scenario happen to a real service, and to the model of the address book. */
export class Driver {
  private readonly model = new AddressBookModel();
  private readonly people: Contact[] = [];
  private readonly lastMessageSecond = new Map<Contact, number>();
  private isDown = false;
  private withheld = false;
  private nextNumber = 491705000000;
  private kills = 0;

  private constructor(private readonly world: World) {}

  /** Runs one round on a world of its own. */
  static async run(scenario: Scenario): Promise<Outcome> {
    const world = await World.create();
    try {
      return await new Driver(world).play(scenario);
    } finally {
      await world.stop();
    }
  }

  private async play({ before, atStart, after }: Scenario): Promise<Outcome> {
    for (let at = 0; at < PEOPLE; at += 1) this.introduce(at);
    for (const step of before) await this.change(step);
    await this.world.startService();
    await Promise.all([this.link(), this.troubleAtStart(atStart)]);
    for (const step of after) if (!(await this.change(step))) await this.trouble(step);
    return this.settle();
  }

  private async troubleAtStart(step: Step | null): Promise<void> {
    if (!step) return;
    await this.trouble(step);
    await sleep(OUTAGE_AT_START_MS);
    await this.recover();
  }

  /** Every fourth has no LID. */
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

  /** Links until it holds: a kill in the middle may leave either side alone with the link. */
  private async link(): Promise<void> {
    const { phone } = this.world;
    await eventually(
      'the phone is linked',
      async () => {
        if (phone.companions.at(-1)?.online) return true;
        const session = await this.world.service.session().catch(() => null);
        if (session?.qr) await phone.scan(session.qr, { timeoutMs: 10_000 }).catch(() => {});
        if (session?.status === 'disconnected') await this.world.skipPause().catch(() => {});
        return phone.companions.at(-1)?.online;
      },
      SETTLE_TIMEOUT_MS,
    ).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}\n${this.world.service.output.slice(-4_000)}`);
    });
    for (const stale of phone.companions.slice(0, -1)) phone.unlink(stale);
    this.hearHistory();
  }

  private hearHistory(): void {
    this.model.linked();
    for (const { number, lid, pushName } of this.world.server.directory.contacts) {
      const saved = this.world.phone.addressBook().get(number)?.lid;
      if (lid || saved) this.model.pairOfThePast(number, (saved ?? lid) as string);
      if (pushName) this.model.toldByHistory(number, pushName);
    }
  }

  /** @returns whether the step was a change of the address book */
  private async change(step: Step): Promise<boolean> {
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
      default:
        return false;
    }
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
    // The stamp of a message is in seconds: names that change within one cannot be told apart when sent again.
    while (this.lastMessageSecond.get(contact) === Math.floor(Date.now() / 1_000)) await sleep(50);
    this.lastMessageSecond.set(contact, Math.floor(Date.now() / 1_000));
    const { number, lid } = contact;
    const byLid = options.byLid && lid !== undefined;
    contact.setPushName(pushName);
    const how = { addressing: byLid ? 'lid' : 'pn', withoutAlternate: options.withoutAlternate } as const;
    const { phone } = this.world;
    const sent = options.inGroup
      ? contact.sendGroupText(phone, '120363000000000001', 'hi', how)
      : contact.sendText(phone, 'hi', how);
    sent.catch(() => {});
    if (lid && !options.withoutAlternate) this.model.pair(number, lid);
    this.model.heard(byLid ? { lid } : { number }, pushName);
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

  /** The number's owner leaves it without a word; the next one writes. */
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
    await this.write(successor, pushName, { byLid: false, withoutAlternate: false, inGroup: false });
    return true;
  }

  private async trouble(step: Step): Promise<void> {
    const { world } = this;
    switch (step.kind) {
      case 'rotateKey':
        if (step.withheld) world.phone.withholdSyncKeys();
        this.withheld ||= step.withheld;
        world.phone.rotateSyncKey().catch(() => {});
        return;
      case 'shareKeys':
        return this.shareKeys();
      case 'cut':
        return this.cut();
      case 'outage':
        if (!this.isDown) await world.server.goDown();
        this.isDown = true;
        return;
      case 'recover':
        return this.recover();
      case 'loseDatabase':
        return this.loseDatabase();
      case 'kill':
        await sleep(step.afterMs);
        this.kills += 1;
        return world.killAndRestart();
      case 'restart':
        await world.service.stop();
        return world.startService();
      case 'relink':
        return this.relink();
      case 'fault':
        armFault(world.server.faults, step.fault);
        return;
      case 'pause':
        await sleep(step.forMs);
    }
  }

  private shareKeys(): void {
    this.withheld = false;
    this.world.phone.shareSyncKeys().catch(() => {});
  }

  private cut(): void {
    for (const connection of this.world.server.connections) connection.cut();
  }

  private async recover(): Promise<void> {
    if (this.isDown) await this.world.server.comeBack();
    this.isDown = false;
  }

  private async loseDatabase(): Promise<void> {
    await this.world.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
  }

  /** What waits for a device is lost when the device is removed: so it is delivered first. */
  private async relink(): Promise<void> {
    await this.settle();
    this.world.phone.unlink();
    await this.world.service.sessionThat(({ qr }) => qr !== null, SETTLE_TIMEOUT_MS);
    await this.link();
  }

  /** Ends all trouble, and waits for the truth. */
  private async settle(): Promise<Outcome> {
    this.world.server.faults.disarm();
    await this.recover();
    if (this.withheld) this.shareKeys();
    let differences: string[] = ['nothing was read'];
    let redeliverAtMs = Date.now() + REDELIVER_AFTER_MS;
    await eventually(
      'everything is settled',
      async () => {
        await this.world.skipPause().catch(() => {});
        const session = await this.world.service.session();
        const pending = this.world.phone.companions.some(({ outbox }) => outbox.size > 0);
        if (session.status === 'open' && pending && Date.now() > redeliverAtMs) {
          redeliverAtMs = Date.now() + REDELIVER_AFTER_MS;
          this.cut();
        }
        const isCalm =
          session.status === 'open' && session.reason === null && session.contacts.sync === 'complete';
        differences = await this.differences();
        if (!isCalm || pending)
          differences.unshift(`${session.status} ${session.reason ?? ''} ${session.contacts.sync}`);
        return differences.length === 0;
      },
      SETTLE_TIMEOUT_MS,
    ).catch(() => {});
    if (differences.length > 0) differences.push(this.world.service.output.slice(-4_000));
    const isRight = (field: string) => !differences.some((line) => line.includes(`${field}:`));
    const namesRight = isRight('full_name') && isRight('first_name') && isRight('listed');
    return { namesRight, pushNamesRight: isRight('push_name'), kills: this.kills, differences };
  }

  private async differences(): Promise<string[]> {
    const listed = await this.world.listed();
    const truth = this.model.listed();
    const nobody: ListedNames = { push_name: '', full_name: '', first_name: '' };
    return [...new Set([...listed.keys(), ...truth.keys()])].flatMap((number) => {
      const [ours, theirs] = [listed.get(number) ?? nobody, truth.get(number) ?? nobody];
      return (['push_name', 'full_name', 'first_name'] as const).flatMap((field) =>
        ours[field] === theirs[field]
          ? []
          : [
              `${number} ${field}: ${JSON.stringify(ours[field].slice(0, 60))} should be ${JSON.stringify(theirs[field].slice(0, 60))}`,
            ],
      );
    });
  }
}
