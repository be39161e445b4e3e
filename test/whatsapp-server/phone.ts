import { type BinaryNode, proto } from '@whiskeysockets/baileys';
import {
  AddressBook,
  type AddressBookEntry,
  type ContactKey,
  type ContactToSave,
  type LidContactToSave,
} from './address-book.js';
import { AppState } from './app-state/app-state.js';
import type { CollectionName } from './app-state/collection.js';
import type { PlainMutation } from './app-state/mutation.js';
import { SyncAnswers } from './app-state/sync-answer.js';
import { Briefing } from './briefing.js';
import type { Addressing, Contact } from './contact.js';
import { postMessage } from './person-message.js';
import type { Companion } from './companion.js';
import { within } from './deferred.js';
import type { HistoryChunk, HistorySettings } from './history.js';
import { type Jid, type Lid, lidJid, phoneJid, type PhoneNumber, phoneNumber } from './jid.js';
import type { PairingDesk } from './linking/pairing-code.js';
import type { PasskeyDemand } from './linking/passkey-ceremony.js';
import { PhoneLinking, type Screen } from './linking/phone-linking.js';
import type { Network } from './network.js';
import { OtherDevice } from './other-device.js';
import { PhoneInbox } from './phone-inbox.js';
import { PersonKeys } from './person-keys.js';
import { Profile } from './profile.js';
import type { SignalPeer } from './signal-peer.js';
import { element, newStanzaId, nowSeconds } from './stanza.js';

/** What comes of a companion's patch. */
type PatchAnswer = { readonly version: number } | { readonly code: 400 | 409 };

const ADDRESS_BOOK: CollectionName = 'critical_unblock_low';
const LINK_TIMEOUT_MS = 30_000;

/** Who a phone is. */
export interface PhoneIdentity {
  readonly number: PhoneNumber;
  readonly lid: Lid;
  readonly pushName?: string;
  /** of an account of WhatsApp Business; devices are told it when they are linked */
  readonly businessName?: string;
  /** when given, a link needs this passkey's agreement */
  readonly passkey?: PasskeyDemand;
}

/** An account's primary device: links companions, keeps the address book, shares keys and history. */
export class Phone {
  readonly number: PhoneNumber;
  readonly lid: Lid;
  readonly pushName?: string;
  readonly businessName?: string;
  readonly jid: Jid;
  readonly lidJid: Jid;
  readonly verifiedName?: string = undefined;
  readonly username?: string = undefined;
  /** when set, the next link needs this passkey's agreement */
  passkey?: PasskeyDemand;
  /** until when the account may not reach out to people; `null`: it may */
  reachOutLockedUntil: Date | null = null;
  readonly keys = new PersonKeys();
  readonly profile: Profile;
  readonly appState: AppState;
  readonly syncAnswers: SyncAnswers;
  readonly inbox: PhoneInbox;
  /** what a newly linked companion is told; change it before linking */
  history: HistorySettings = { send: true };
  /** further linked devices, which have no connection */
  readonly others: OtherDevice[] = [];
  private readonly linked: Companion[] = [];
  private readonly book = new AddressBook();
  private readonly briefing: Briefing;
  private readonly linking: PhoneLinking;
  private lastDevice = 0;

  constructor(
    private readonly network: Network,
    pairing: PairingDesk,
    identity: PhoneIdentity,
  ) {
    this.number = identity.number;
    this.lid = identity.lid;
    this.pushName = identity.pushName;
    this.businessName = identity.businessName;
    this.passkey = identity.passkey;
    this.jid = phoneJid(this.number);
    this.lidJid = lidJid(this.lid);
    this.profile = new Profile(network.media, {});
    this.appState = new AppState(network.media);
    this.syncAnswers = new SyncAnswers(this.appState, network.faults);
    this.briefing = new Briefing(network, this);
    this.inbox = new PhoneInbox(this, this.briefing);
    this.linking = new PhoneLinking(network, this, pairing);
    void this.announceOwnName();
  }

  /** The linked devices, connected or not. */
  get companions(): readonly Companion[] {
    return this.linked;
  }

  /** Ids of the account's devices; 0 is the phone itself. */
  get devices(): number[] {
    return [0, ...[...this.linked, ...this.others].map((each) => each.device)];
  }

  get signal(): SignalPeer {
    return this.keys.signal;
  }

  /**
   * Links the companion that shows this QR code. Resolves when it has logged in after the restart.
   * @param qr the text of a code; or a screen, which is looked at again, as a person would, when the phone could not
   *   link the device with what it showed, until the signal is aborted
   * @throws LinkRefused when the phone could not link the device with this code
   * @throws Error when no open connection shows this code
   */
  async scan(
    qr: string | Screen,
    options: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<Companion> {
    return loggedIn(this.linking.scan(qr, options.signal), options.timeoutMs);
  }

  /**
   * Links the companion that shows this 8-character code. Resolves when it has logged in after the restart.
   * @throws LinkRefused when the code has expired
   * @throws Error when no device asks for it in time, or when the code is wrong
   */
  async enterPairingCode(code: string, options: { timeoutMs?: number } = {}): Promise<Companion> {
    return loggedIn(this.linking.enterPairingCode(code), options.timeoutMs);
  }

  /** Makes the pairing code void that a device shows for this phone, and asks the device for another one. */
  async renewPairingCode(options: { byHand?: boolean } = {}): Promise<void> {
    await this.linking.renewPairingCode(options.byHand ?? false);
  }

  /** Ends the link of one companion, or of all: they are told so, and their later logins get failure 401. */
  unlink(companion?: Companion): void {
    for (const each of companion ? [companion] : [...this.linked]) {
      const { connection } = each;
      this.remove(each);
      connection?.endWithStreamError(401);
    }
  }

  /** Resolves when every companion is logged in and takes stanzas. */
  async whenOnline(): Promise<void> {
    await Promise.all(this.linked.map((each) => each.whenOnline()));
  }

  /** Resolves when the companions have acknowledged all that was sent to them, the news of app state included. */
  async whenSettled(): Promise<void> {
    await Promise.all(this.linked.map((each) => each.outbox.whenEmpty()));
  }

  /** Saves a contact, or changes it. Resolves when the server has it and companions were notified. */
  saveContact(contact: ContactToSave): Promise<void> {
    return this.saveContacts([contact]);
  }

  /** Saves many contacts in one patch. */
  saveContacts(contacts: readonly ContactToSave[]): Promise<void> {
    return this.commit(contacts.map((each) => this.book.save(this.withKnownLid(each))));
  }

  /** Saves a contact that is known by LID alone. */
  saveLidContact(contact: LidContactToSave): Promise<void> {
    return this.commit([this.book.saveByLid(contact)]);
  }

  /**
   * Deletes a contact, by number or by LID.
   * @param options.withoutAction leaves the action out of the REMOVE's value, as seen on the real network
   * @throws Error when there is no such contact
   */
  async deleteContact(key: ContactKey, options: { withoutAction?: boolean } = {}): Promise<void> {
    await this.commit([this.book.delete(key, options.withoutAction ?? false)]);
  }

  /** The truth to compare with: what this phone's address book says, by number. */
  addressBook(): ReadonlyMap<PhoneNumber, AddressBookEntry> {
    return this.book.entries;
  }

  /** The same for contacts that are known by LID alone. */
  lidAddressBook(): ReadonlyMap<Lid, AddressBookEntry> {
    return this.book.lidEntries;
  }

  /** Whether a person is in the address book, by number or by LID. */
  knows(person: { readonly number: PhoneNumber; readonly lid?: Lid }): boolean {
    return (
      this.book.entries.has(person.number) ||
      (person.lid !== undefined && this.book.lidEntries.has(person.lid))
    );
  }

  /** Writes any mutations to any collection as one patch, and notifies the companions. */
  async commit(mutations: readonly PlainMutation[], name: CollectionName = ADDRESS_BOOK): Promise<void> {
    if (mutations.length === 0) return;
    const { version } = await this.appState.get(name).commit(mutations);
    this.announce(name, version, this.linked);
  }

  /**
   * A companion has changed a collection; the others are told.
   * @returns the version that it has led to, or the code of the error with which it is refused
   */
  async takePatch(from: Companion, name: string, patch: Uint8Array, basedOn: number): Promise<PatchAnswer> {
    const collection = this.appState.find(name);
    if (!collection) return { code: 400 };
    const taken = await collection.take(proto.SyncdPatch.decode(patch), basedOn);
    if (typeof taken === 'number') return { code: taken };
    if (name === ADDRESS_BOOK) for (const mutation of taken) this.book.take(mutation);
    this.announce(
      collection.name,
      collection.version,
      this.linked.filter((each) => each !== from),
    );
    return { version: collection.version };
  }

  private announce(name: CollectionName, version: number, companions: readonly Companion[]): void {
    this.appState.prune(this.linked.length > 0);
    const collection = element('collection', { name, version: String(version) });
    for (const companion of companions) {
      companion
        .notify('server_sync', [collection], { supersedes: `server_sync ${name}` })
        .catch(() => undefined);
    }
  }

  /** Keeps the sync keys back until `shareSyncKeys`. */
  withholdSyncKeys(): void {
    this.briefing.withholdSyncKeys();
  }

  /** Shares all sync keys. Resolves when the companions have the message. */
  shareSyncKeys(): Promise<void> {
    return this.briefing.shareSyncKeys();
  }

  /** Makes later patches use a new sync key. Resolves when the companions have it (at once when withheld). */
  rotateSyncKey(): Promise<void> {
    return this.briefing.rotateSyncKey();
  }

  /** Sends a history message on demand. Resolves when the companions have it. */
  sendHistory(chunk: HistoryChunk): Promise<void> {
    return this.briefing.sendHistory(chunk);
  }

  /** Sends all records of the address book to the companions, whether they have asked for them or not. */
  async sendRecovery(): Promise<void> {
    await Promise.all(this.linked.map((each) => this.briefing.sendRecovery(each, ADDRESS_BOOK)));
  }

  /** The media host forgets all history that was announced. */
  expireHistory(): void {
    this.briefing.expireHistory();
  }

  /** Takes a companion's word that a part of the history could not be downloaded. */
  uploadAgain(companion: Companion, receipt: BinaryNode): Promise<void> {
    return this.briefing.uploadAgain(companion, receipt);
  }

  /** The account writes to somebody; its companions are told whom. Resolves when they have it. */
  async sendText(to: Contact, text: string, addressing: Addressing = 'pn'): Promise<void> {
    const byLid = addressing === 'lid';
    const recipient = byLid ? to.lidJid : to.jid;
    const attrs = {
      from: byLid ? this.lidJid : this.jid,
      recipient,
      peer_recipient_pn: byLid ? to.jid : undefined,
      peer_recipient_lid: byLid ? undefined : to.lidJid,
      peer_recipient_username: to.username,
      type: 'text',
      t: nowSeconds(),
      notify: this.pushName,
    };
    const message = { deviceSentMessage: { destinationJid: recipient, message: { conversation: text } } };
    const { faults } = this.network;
    await Promise.all(
      this.linked.map((companion) => postMessage(companion, this.keys, { attrs, message }, faults)),
    );
  }

  /** Sends any stanza to all companions, with an id, and waits for their acks. */
  async notify(stanza: BinaryNode): Promise<void> {
    const deliveries = this.linked.map((companion) => {
      const id = newStanzaId();
      const node = { ...stanza, attrs: { ...stanza.attrs, id } };
      return companion.outbox.post({ id, build: () => Promise.resolve(node) });
    });
    await Promise.all(deliveries);
  }

  /**
   * Sends a message of the phone to its companions alone, with any attributes. Resolves when they have it.
   * @param attrs added to those of an ordinary peer message
   */
  sendPeer(message: proto.IMessage, attrs: Record<string, string | undefined> = {}): Promise<void> {
    return this.briefing.sendPeer(message, attrs);
  }

  /**
   * Links another device that has all sync keys, and shares them when a companion requests it.
   * @param options.isLinked false for a device that only pretends to be linked
   */
  addOtherDevice({ isLinked = true } = {}): OtherDevice {
    const device = new OtherDevice(this, this.nextDevice(), this.briefing, isLinked);
    this.others.push(device);
    return device;
  }

  /** The device with this id, if it is the phone itself or one without a connection. */
  deviceOf(id: number): Phone | OtherDevice | undefined {
    return id === 0 ? this : this.others.find(({ device }) => device === id);
  }

  /** The id of the next device to be linked. */
  nextDevice(): number {
    this.lastDevice += 1;
    return this.lastDevice;
  }

  /** Takes a companion that has just been linked. */
  add(companion: Companion): void {
    this.linked.push(companion);
    void this.briefing.welcome(companion);
  }

  /** Forgets a companion. */
  remove(companion: Companion): void {
    const at = this.linked.indexOf(companion);
    if (at >= 0) this.linked.splice(at, 1);
    companion.unlink();
  }

  private announceOwnName(): Promise<void> {
    if (!this.pushName) return Promise.resolve();
    const index = ['setting_pushName'];
    const value = { timestamp: Date.now(), pushNameSetting: { name: this.pushName } };
    const { SET } = proto.SyncdMutation.SyncdOperation;
    return this.commit([{ operation: SET, index, value, actionVersion: 1 }], 'critical_block');
  }

  private withKnownLid(contact: ContactToSave): ContactToSave {
    if (contact.lid !== undefined) return contact;
    const lid = this.network.directory.find(phoneJid(phoneNumber(contact.number)))?.lid;
    return lid ? { ...contact, lid } : contact;
  }
}

async function loggedIn(linking: Promise<Companion>, timeoutMs = LINK_TIMEOUT_MS): Promise<Companion> {
  const done = linking.then(async (companion) => {
    await companion.whenOnline();
    return companion;
  });
  return within(done, { ms: timeoutMs, what: 'the companion was not linked, or did not log in after it' });
}
