import type { BinaryNode, proto } from '@whiskeysockets/baileys';
import * as notifications from './contact-news.js';
import { type Jid, type Lid, lid, lidJid, phoneJid, type PhoneNumber, phoneNumber } from './jid.js';
import type { Network } from './network.js';
import { PersonKeys } from './person-keys.js';
import { postMessage } from './person-message.js';
import type { Phone } from './phone.js';
import { Profile, type TextStatus } from './profile.js';
import { nowSeconds } from './stanza.js';

/** Address an account by phone number or by LID. */
export type Addressing = 'pn' | 'lid';

/** Attributes of a new contact. */
export interface ContactIdentity {
  readonly number: PhoneNumber;
  readonly lid?: Lid;
  readonly pushName?: string;
  readonly addressing?: Addressing;
  readonly verifiedName?: string;
  readonly username?: string;
  readonly about?: string;
  readonly picture?: Uint8Array;
}

/** Controls the attributes of a message. */
export interface TextOptions {
  /** default: the contact's addressing */
  readonly addressing?: Addressing;
  /** omits the sender's other address */
  readonly withoutAlternate?: boolean;
  /** push name in the stanza; default: the contact's push name */
  readonly notify?: string;
}

/** Another account on the network, without companions. */
export class Contact {
  number: PhoneNumber;
  lid?: Lid;
  pushName?: string;
  addressing: Addressing;
  verifiedName?: string;
  username?: string;
  readonly keys = new PersonKeys();
  readonly profile: Profile;
  readonly devices: readonly number[] = [0];
  /** phones that this contact has sent messages to */
  readonly correspondents = new Set<Phone>();

  constructor(
    private readonly network: Network,
    identity: ContactIdentity,
  ) {
    this.number = identity.number;
    this.lid = identity.lid;
    this.pushName = identity.pushName;
    this.addressing = identity.addressing ?? 'pn';
    this.verifiedName = identity.verifiedName;
    this.username = identity.username;
    this.profile = new Profile(network.media, identity);
  }

  get jid(): Jid {
    return phoneJid(this.number);
  }

  get lidJid(): Jid | undefined {
    return this.lid && lidJid(this.lid);
  }

  /** Sets the push name of later messages. */
  setPushName(name: string | undefined): void {
    this.pushName = name;
  }

  /**
   * Sends a message to the account of a phone. Resolves when all its companions have acknowledged it. Offline
   * companions receive it at their next login.
   */
  async sendText(phone: Phone, text: string, options: TextOptions = {}): Promise<void> {
    await this.send(phone, { conversation: text }, this.addressAttributes(options));
  }

  /** Sends a message to a group of the account, encrypted for each companion instead of with sender keys. */
  async sendGroupText(phone: Phone, groupId: string, text: string, options: TextOptions = {}): Promise<void> {
    const attrs = this.participantAttributes(options, `${groupId}@g.us`);
    await this.send(phone, { conversation: text }, attrs);
  }

  /** Posts an encrypted status. Resolves when all companions of the phone have acknowledged it. */
  async sendStatus(phone: Phone, text: string, options: TextOptions = {}): Promise<void> {
    const attrs = this.participantAttributes(options, 'status@broadcast');
    await this.send(phone, { extendedTextMessage: { text } }, attrs, 'status');
  }

  /**
   * Sends any message with any attributes, even contradictory ones. Resolves when all companions have acknowledged it.
   * @param attrs attributes to add to those of an ordinary message; undefined removes an attribute
   */
  async sendForged(
    phone: Phone,
    message: proto.IMessage,
    attrs: Record<string, string | undefined>,
  ): Promise<void> {
    await this.send(phone, message, { ...this.addressAttributes({ withoutAlternate: true }), ...attrs });
  }

  /** Sets the about text. Empty removes it, null hides it. Resolves when companions have acknowledged this. */
  async setAbout(text: string | null): Promise<void> {
    this.profile.setAbout(text);
    await this.notifyPhones(notifications.aboutChanged(this.ownAddress, text ?? '', this.pushName));
  }

  /**
   * Sets the picture. Null removes it; `'hidden'` hides it.
   * @param options.byHash the notification identifies the contact by a hash only
   * @param options.withoutChildren the notification of a removed picture has no `<delete/>`
   */
  async setPicture(
    bytes: Uint8Array | null | 'hidden',
    options: { byHash?: boolean; withoutChildren?: boolean } = {},
  ): Promise<void> {
    this.profile.setPicture(bytes);
    const { picture } = this.profile;
    const shown = picture === 'hidden' ? undefined : picture;
    await this.notifyPhones(
      notifications.pictureChanged(this.ownAddress, shown, { byHash: false, ...options }),
    );
  }

  /**
   * Sets the text status. Null removes it. Resolves when companions have acknowledged the notification.
   * @param options.byHash the notification identifies the contact by a hash only, and does not contain the text
   */
  async setTextStatus(
    status: Omit<TextStatus, 'setAt'> | null,
    options: { byHash?: boolean } = {},
  ): Promise<void> {
    this.profile.setTextStatus(status);
    const { textStatus } = this.profile;
    await this.notifyPhones(
      options.byHash
        ? notifications.hashChanged('TextStatusUpdateNotificationSideSub', this.ownAddress)
        : notifications.textStatusChanged(this.ownAddress, textStatus as TextStatus),
    );
  }

  /** Sets the username; undefined removes it. The notification identifies the contact by LID, if it has one. */
  async setUsername(username: string | undefined): Promise<void> {
    this.username = username;
    await this.notifyPhones(notifications.usernameChanged(this.lidJid ?? this.jid, username));
  }

  /** Changes the LID, as after a change to another type of account. */
  async changeLid(newLid: string): Promise<void> {
    const phones = this.phonesWithContact();
    const old = this.lidJid;
    if (!old) throw new Error(`${this.number} has no LID to change`);
    this.lid = lid(newLid);
    this.network.directory.move(this, [old]);
    const change = notifications.lidChanged(old, lidJid(this.lid));
    await Promise.all(phones.map((phone) => phone.notify(change)));
  }

  /** Sets the verified business name; undefined if the contact is no longer a business. */
  async setVerifiedName(verifiedName: string | undefined): Promise<void> {
    this.verifiedName = verifiedName;
    await this.notifyPhones(notifications.businessChanged(this.ownAddress, this.certificate()));
  }

  /** Reports an unspecified change of the profile, as `<notification type="contacts"><update/>`. */
  async touchProfile(options: { byHash?: boolean } = {}): Promise<void> {
    await this.notifyPhones(
      notifications.profileChanged(this.ownAddress, { byHash: options.byHash ?? false }),
    );
  }

  /**
   * Changes the phone number. The address books of phones still contain the old one.
   * @param options.lid new LID; default: unchanged
   * @param options.withoutLids the notification contains the numbers only
   * @param options.inGroup id of the group whose members are notified, instead of the phones that have this contact
   */
  async changeNumber(
    newNumber: string,
    options: { lid?: string; withoutLids?: boolean; inGroup?: string } = {},
  ): Promise<void> {
    const phones = this.phonesWithContact();
    const [old, oldLid] = [this.jid, this.lidJid];
    this.number = phoneNumber(newNumber);
    if (options.lid !== undefined) this.lid = lid(options.lid);
    this.network.directory.move(this, [old, oldLid]);
    const lids = options.withoutLids ? {} : { oldLid, newLid: this.lidJid };
    const numbers = { old, new: this.jid };
    const change = options.inGroup
      ? notifications.numberChangedInGroup(options.inGroup, numbers)
      : notifications.numberChanged({ ...numbers, ...lids });
    await Promise.all(phones.map((phone) => phone.notify(change)));
  }

  /** Replaces all keys, as after a reinstallation of WhatsApp. */
  async changeIdentity(): Promise<void> {
    this.keys.reset();
    await this.notifyPhones(notifications.identityChanged(this.ownAddress));
  }

  /** Deletes the Signal sessions with a phone's companions, as after restoring a backup. */
  loseSessions(phone: Phone): void {
    for (const { address } of phone.companions) this.keys.signal.forgetSession(address);
  }

  private get ownAddress(): Jid {
    return (this.addressing === 'lid' ? this.lidJid : undefined) ?? this.jid;
  }

  private phonesWithContact(): Phone[] {
    return [...this.network.phones.values()].filter(
      (phone) => this.correspondents.has(phone) || phone.knows(this),
    );
  }

  private async notifyPhones(notification: BinaryNode): Promise<void> {
    await Promise.all(this.phonesWithContact().map((phone) => phone.notify(notification)));
  }

  private async send(
    phone: Phone,
    message: proto.IMessage,
    attrs: Record<string, string | undefined>,
    tag?: 'status',
  ): Promise<void> {
    this.correspondents.add(phone);
    const certificate = this.certificate();
    const outgoing = { attrs, message, others: certificate ? [certificate] : [], tag };
    const { faults } = this.network;
    await Promise.all(
      phone.companions.map((companion) => postMessage(companion, this.keys, outgoing, faults)),
    );
  }

  /** Returns the attributes of a message to a group or a broadcast list. */
  private participantAttributes(options: TextOptions, from: string): Record<string, string | undefined> {
    const { from: participant, sender_pn, sender_lid, username, ...rest } = this.addressAttributes(options);
    return {
      ...rest,
      from,
      participant,
      participant_pn: sender_pn,
      participant_lid: sender_lid,
      participant_username: username,
    };
  }

  private certificate(): BinaryNode | undefined {
    const { verifiedName, keys, network } = this;
    if (verifiedName === undefined) return undefined;
    return notifications.verifiedNameElement(verifiedName, keys, network.impostor);
  }

  /** Returns the attributes that Baileys reads in `extractAddressingContext`. */
  private addressAttributes(options: TextOptions): Record<string, string | undefined> {
    const addressing = options.addressing ?? this.addressing;
    if (addressing === 'lid' && !this.lidJid) throw new Error(`${this.number} has no LID`);
    const withAlternate = options.withoutAlternate !== true;
    return {
      from: addressing === 'lid' ? this.lidJid : this.jid,
      type: 'text',
      t: nowSeconds(),
      notify: options.notify ?? this.pushName,
      username: this.username,
      addressing_mode: addressing,
      sender_pn: withAlternate && addressing === 'lid' ? this.jid : undefined,
      sender_lid: withAlternate && addressing === 'pn' ? this.lidJid : undefined,
    };
  }
}
