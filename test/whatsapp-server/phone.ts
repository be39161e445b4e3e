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
import type { Companion } from './companion.js';
import type { Addressing, Contact } from './contact.js';
import { within } from './deferred.js';
import type { HistoryChunk, HistorySettings } from './history.js';
import { type Jid, type Lid, lidJid, phoneJid, type PhoneNumber, phoneNumber } from './jid.js';
import type { PairingRequests } from './linking/pairing-code.js';
import type { PasskeyDemand } from './linking/passkey-ceremony.js';
import { PhoneLinking, type Screen } from './linking/phone-linking.js';
import type { Network } from './network.js';
import { OtherDevice } from './other-device.js';
import { PersonKeys } from './person-keys.js';
import { postMessage } from './person-message.js';
import { PhoneInbox } from './phone-inbox.js';
import { Profile } from './profile.js';
import type { SignalPeer } from './signal-peer.js';
import { element, newStanzaId, nowSeconds } from './stanza.js';

/** Result of a companion's patch. */
type PatchResult = { readonly version: number } | { readonly code: 400 | 409 };

const ADDRESS_BOOK: CollectionName = 'critical_unblock_low';
const LINK_TIMEOUT_MS = 30_000;

/** Attributes of a new phone. */
export interface PhoneIdentity {
  readonly number: PhoneNumber;
  readonly lid: Lid;
  readonly pushName?: string;
  /** name of a WhatsApp Business account; sent to devices when they are linked */
  readonly businessName?: string;
  /** passkey that links require; default: none */
  readonly passkey?: PasskeyDemand;
}

/** The primary device of an account: links companions, stores the address book, and shares keys and history. */
export class Phone {
  readonly number: PhoneNumber;
  readonly lid: Lid;
  readonly pushName?: string;
  readonly businessName?: string;
  readonly jid: Jid;
  readonly lidJid: Jid;
  readonly verifiedName?: string = undefined;
  readonly username?: string = undefined;
  /** passkey that later links require */
  passkey?: PasskeyDemand;
  /** end of the reach-out time lock, which forbids messages to new contacts; null for none */
  reachOutLockedUntil: Date | null = null;
  readonly keys = new PersonKeys();
  readonly profile: Profile;
  readonly appState: AppState;
  readonly syncAnswers: SyncAnswers;
  readonly inbox: PhoneInbox;
  /** history for newly linked companions; change it before linking */
  history: HistorySettings = { send: true };
  /** other linked devices, without a connection */
  readonly others: OtherDevice[] = [];
  private readonly linked: Companion[] = [];
  private readonly book = new AddressBook();
  private readonly briefing: Briefing;
  private readonly linking: PhoneLinking;
  private lastDevice = 0;

  constructor(
    private readonly network: Network,
    pairing: PairingRequests,
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
   * @param qr text of a code, or a screen. The phone reads the screen again if it could not link with the previous
   *   code, until the signal is aborted
   * @throws LinkRefused if the phone could not link the device with this code
   * @throws Error if no open connection shows this code
   */
  async scan(
    qr: string | Screen,
    options: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<Companion> {
    return loggedIn(this.linking.scan(qr, options.signal), options.timeoutMs);
  }

  /**
   * Links the companion that shows this 8-character code. Resolves when it has logged in after the restart.
   * @throws LinkRefused if the code has expired
   * @throws Error if no device requests a code in time, or the code is wrong
   */
  async enterPairingCode(code: string, options: { timeoutMs?: number } = {}): Promise<Companion> {
    return loggedIn(this.linking.enterPairingCode(code), options.timeoutMs);
  }

  /** Invalidates the current pairing code for this phone, and requests another one from the device. */
  async renewPairingCode(options: { byHand?: boolean } = {}): Promise<void> {
    await this.linking.renewPairingCode(options.byHand ?? false);
  }

  /** Unlinks one companion or all of them. Their connections end with 401, and their later logins fail with 401. */
  unlink(companion?: Companion): void {
    for (const each of companion ? [companion] : [...this.linked]) {
      const { connection } = each;
      this.remove(each);
      connection?.endWithStreamError(401);
    }
  }

  /** Resolves when all companions are logged in and accept stanzas. */
  async whenOnline(): Promise<void> {
    await Promise.all(this.linked.map((each) => each.whenOnline()));
  }

  /** Resolves when the companions have acknowledged all stanzas, including notifications about app state. */
  async whenSettled(): Promise<void> {
    await Promise.all(this.linked.map((each) => each.outbox.whenEmpty()));
  }

  /** Saves or changes a contact. Resolves when the server has stored it and sent notifications to companions. */
  saveContact(contact: ContactToSave): Promise<void> {
    return this.saveContacts([contact]);
  }

  /** Saves many contacts in one patch. */
  saveContacts(contacts: readonly ContactToSave[]): Promise<void> {
    return this.commit(contacts.map((each) => this.book.save(this.withKnownLid(each))));
  }

  /** Saves a contact without a phone number. */
  saveLidContact(contact: LidContactToSave): Promise<void> {
    return this.commit([this.book.saveByLid(contact)]);
  }

  /**
   * Deletes a contact, by number or by LID.
   * @param options.withoutAction omits the action from the value of the REMOVE, as observed on the real network
   * @throws Error if the contact does not exist
   */
  async deleteContact(key: ContactKey, options: { withoutAction?: boolean } = {}): Promise<void> {
    await this.commit([this.book.delete(key, options.withoutAction ?? false)]);
  }

  /** Returns the address book by phone number, as the expected result of tests. */
  addressBook(): ReadonlyMap<PhoneNumber, AddressBookEntry> {
    return this.book.entries;
  }

  /** Returns the contacts without a phone number, by LID. */
  lidAddressBook(): ReadonlyMap<Lid, AddressBookEntry> {
    return this.book.lidEntries;
  }

  /** Returns whether a contact is in the address book, by number or by LID. */
  knows(contact: { readonly number: PhoneNumber; readonly lid?: Lid }): boolean {
    return (
      this.book.entries.has(contact.number) ||
      (contact.lid !== undefined && this.book.lidEntries.has(contact.lid))
    );
  }

  /** Writes any mutations to any collection as one patch, and notifies the companions. */
  async commit(mutations: readonly PlainMutation[], name: CollectionName = ADDRESS_BOOK): Promise<void> {
    if (mutations.length === 0) return;
    const { version } = await this.appState.get(name).commit(mutations);
    this.announce(name, version, this.linked);
  }

  /**
   * Applies a companion's patch of a collection, and notifies the other companions.
   * @returns the new version, or the error code that the patch is rejected with
   */
  async applyPatch(from: Companion, name: string, patch: Uint8Array, basedOn: number): Promise<PatchResult> {
    const collection = this.appState.find(name);
    if (!collection) return { code: 400 };
    const applied = await collection.applyUploaded(proto.SyncdPatch.decode(patch), basedOn);
    if (typeof applied === 'number') return { code: applied };
    if (name === ADDRESS_BOOK) for (const mutation of applied) this.book.apply(mutation);
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

  /** Withholds sync keys until `shareSyncKeys`. */
  withholdSyncKeys(): void {
    this.briefing.withholdSyncKeys();
  }

  /** Shares all sync keys. Resolves when the companions have acknowledged them. */
  shareSyncKeys(): Promise<void> {
    return this.briefing.shareSyncKeys();
  }

  /** Uses a new sync key for later patches. Resolves when the companions have acknowledged it, if it is shared. */
  rotateSyncKey(): Promise<void> {
    return this.briefing.rotateSyncKey();
  }

  /** Sends a history message. Resolves when the companions have acknowledged it. */
  sendHistory(chunk: HistoryChunk): Promise<void> {
    return this.briefing.sendHistory(chunk);
  }

  /** Sends all records of the address book to the companions, without a request. */
  async sendRecovery(): Promise<void> {
    await Promise.all(this.linked.map((each) => this.briefing.sendRecovery(each, ADDRESS_BOOK)));
  }

  /** Deletes all announced history from the media host. */
  expireHistory(): void {
    this.briefing.expireHistory();
  }

  /** Uploads a history file again that a companion could not download. */
  uploadAgain(companion: Companion, receipt: BinaryNode): Promise<void> {
    return this.briefing.uploadAgain(companion, receipt);
  }

  /** Sends a message from the account to a contact. Resolves when the companions have acknowledged their copies. */
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

  /** Sends any stanza to all companions with a new id. Resolves when they have acknowledged it. */
  async notify(stanza: BinaryNode): Promise<void> {
    const deliveries = this.linked.map((companion) => {
      const id = newStanzaId();
      const node = { ...stanza, attrs: { ...stanza.attrs, id } };
      return companion.outbox.post({ id, build: () => Promise.resolve(node) });
    });
    await Promise.all(deliveries);
  }

  /**
   * Sends a message from the phone to its companions only. Resolves when they have acknowledged it.
   * @param attrs attributes to add to those of an ordinary peer message
   */
  sendPeer(message: proto.IMessage, attrs: Record<string, string | undefined> = {}): Promise<void> {
    return this.briefing.sendPeer(message, attrs);
  }

  /**
   * Links another device, which has all sync keys and shares them on request.
   * @param options.isLinked false for a device that only pretends to be linked
   */
  addOtherDevice({ isLinked = true } = {}): OtherDevice {
    const device = new OtherDevice(this, this.nextDevice(), this.briefing, isLinked);
    this.others.push(device);
    return device;
  }

  /** Returns the phone (id 0) or another device without a connection; undefined if there is none with this id. */
  deviceOf(id: number): Phone | OtherDevice | undefined {
    return id === 0 ? this : this.others.find(({ device }) => device === id);
  }

  /** Returns the id for the next device to link. */
  nextDevice(): number {
    this.lastDevice += 1;
    return this.lastDevice;
  }

  /** Adds a newly linked companion. */
  add(companion: Companion): void {
    this.linked.push(companion);
    void this.briefing.sendKeysAndHistory(companion);
  }

  /** Removes a companion and ends its link. */
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
  return within(done, { ms: timeoutMs, what: 'the companion was not linked, or did not log in afterward' });
}
