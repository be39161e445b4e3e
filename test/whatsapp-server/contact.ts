import type { BinaryNode, proto } from '@whiskeysockets/baileys';
import * as news from './contact-news.js';
import { type Jid, type Lid, lid, lidJid, phoneJid, type PhoneNumber, phoneNumber } from './jid.js';
import type { Network } from './network.js';
import { PersonKeys } from './person-keys.js';
import { postMessage } from './person-message.js';
import type { Phone } from './phone.js';
import { Profile, type TextStatus } from './profile.js';
import { nowSeconds } from './stanza.js';

/** Whether somebody is addressed by number or by LID. */
export type Addressing = 'pn' | 'lid';

/** Who a contact is. */
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

/** How a message goes out. */
export interface TextOptions {
  /** default: the contact's own */
  readonly addressing?: Addressing;
  /** the stanza does not say the sender's other address */
  readonly withoutAlternate?: boolean;
  /** the push name on the stanza; default the contact's */
  readonly notify?: string;
}

/** Another person on the network. */
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
  /** phones that this person has written to */
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

  /** From now on messages carry this push name. */
  setPushName(name: string | undefined): void {
    this.pushName = name;
  }

  /**
   * Writes to the account of this phone. Resolves when all its companions have the message; companions that are
   * away get it at their next login.
   */
  async sendText(phone: Phone, text: string, options: TextOptions = {}): Promise<void> {
    await this.send(phone, { conversation: text }, this.addressAttributes(options));
  }

  /** Writes to a group that the account is in; encrypted for each companion rather than with sender keys. */
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
   * Sends any message with any attributes, which may contradict each other. Resolves when all companions have it.
   * @param attrs added to the attributes of an ordinary message; undefined removes one
   */
  async sendForged(
    phone: Phone,
    message: proto.IMessage,
    attrs: Record<string, string | undefined>,
  ): Promise<void> {
    await this.send(phone, message, { ...this.addressAttributes({ withoutAlternate: true }), ...attrs });
  }

  /** A new about text: empty for none, `null` for one that is hidden. Resolves when companions have been told. */
  async setAbout(text: string | null): Promise<void> {
    this.profile.setAbout(text);
    await this.tell(news.aboutChanged(this.ownAddress, text ?? '', this.pushName));
  }

  /**
   * A new picture: `null` for none, `'hidden'` for one that others may not see.
   * @param options.byHash the notification names the person by a hash only
   * @param options.withoutChildren the notification of a removed picture has no `<delete/>`
   */
  async setPicture(
    bytes: Uint8Array | null | 'hidden',
    options: { byHash?: boolean; withoutChildren?: boolean } = {},
  ): Promise<void> {
    this.profile.setPicture(bytes);
    const { picture } = this.profile;
    const shown = picture === 'hidden' ? undefined : picture;
    await this.tell(news.pictureChanged(this.ownAddress, shown, { byHash: false, ...options }));
  }

  /**
   * A new about text in its new form, or none. Resolves when companions have been told.
   * @param options.byHash the notification names the person by a hash only, and does not tell the text
   */
  async setTextStatus(
    status: Omit<TextStatus, 'setAt'> | null,
    options: { byHash?: boolean } = {},
  ): Promise<void> {
    this.profile.setTextStatus(status);
    const { textStatus } = this.profile;
    await this.tell(
      options.byHash
        ? news.hashChanged('TextStatusUpdateNotificationSideSub', this.ownAddress)
        : news.textStatusChanged(this.ownAddress, textStatus as TextStatus),
    );
  }

  /** A new user name, or none any more. Told by LID. */
  async setUsername(username: string | undefined): Promise<void> {
    this.username = username;
    await this.tell(news.usernameChanged(this.lidJid ?? this.jid, username));
  }

  /** A new LID, as after moving to another kind of account. */
  async changeLid(newLid: string): Promise<void> {
    const knowing = this.phonesThatKnow();
    const old = this.lidJid;
    if (!old) throw new Error(`${this.number} has no LID to change`);
    this.lid = lid(newLid);
    this.network.directory.move(this, [old]);
    const change = news.lidChanged(old, lidJid(this.lid));
    await Promise.all(knowing.map((phone) => phone.notify(change)));
  }

  /** A new verified business name; `undefined` when the person is no business any more. */
  async setVerifiedName(verifiedName: string | undefined): Promise<void> {
    this.verifiedName = verifiedName;
    await this.tell(news.businessChanged(this.ownAddress, this.certificate()));
  }

  /** Says that something in the profile has changed, as `<notification type="contacts"><update/>`. */
  async touchProfile(options: { byHash?: boolean } = {}): Promise<void> {
    await this.tell(news.profileChanged(this.ownAddress, { byHash: options.byHash ?? false }));
  }

  /**
   * A new number. The phones' address books keep the old one until somebody changes them.
   * @param options.lid a new LID; default: it stays
   * @param options.withoutLids the notification tells the numbers only
   * @param options.inGroup id of the group whose members are told, instead of the people who know this person
   */
  async changeNumber(
    newNumber: string,
    options: { lid?: string; withoutLids?: boolean; inGroup?: string } = {},
  ): Promise<void> {
    const knowing = this.phonesThatKnow();
    const [old, oldLid] = [this.jid, this.lidJid];
    this.number = phoneNumber(newNumber);
    if (options.lid !== undefined) this.lid = lid(options.lid);
    this.network.directory.move(this, [old, oldLid]);
    const lids = options.withoutLids ? {} : { oldLid, newLid: this.lidJid };
    const numbers = { old, new: this.jid };
    const change = options.inGroup
      ? news.numberChangedInGroup(options.inGroup, numbers)
      : news.numberChanged({ ...numbers, ...lids });
    await Promise.all(knowing.map((phone) => phone.notify(change)));
  }

  /** New keys, as after a new installation of WhatsApp. */
  async changeIdentity(): Promise<void> {
    this.keys.reset();
    await this.tell(news.identityChanged(this.ownAddress));
  }

  /** Loses the Signal sessions with a phone's companions, as after restoring a backup: the next message opens new ones. */
  loseSessions(phone: Phone): void {
    for (const { address } of phone.companions) this.keys.signal.forgetSession(address);
  }

  private get ownAddress(): Jid {
    return (this.addressing === 'lid' ? this.lidJid : undefined) ?? this.jid;
  }

  private phonesThatKnow(): Phone[] {
    return [...this.network.phones.values()].filter(
      (phone) => this.correspondents.has(phone) || phone.knows(this),
    );
  }

  private async tell(notification: BinaryNode): Promise<void> {
    await Promise.all(this.phonesThatKnow().map((phone) => phone.notify(notification)));
  }

  private async send(
    phone: Phone,
    message: proto.IMessage,
    attrs: Record<string, string | undefined>,
    tag?: 'status',
  ): Promise<void> {
    this.correspondents.add(phone);
    const certificate = this.certificate();
    const outgoing = { attrs, message, beside: certificate ? [certificate] : [], tag };
    const { faults } = this.network;
    await Promise.all(
      phone.companions.map((companion) => postMessage(companion, this.keys, outgoing, faults)),
    );
  }

  /** The attributes of a message to a group or a broadcast list. */
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
    return news.verifiedNameElement(verifiedName, keys, network.impostor);
  }

  /** The attributes that Baileys' `extractAddressingContext` reads. */
  private addressAttributes(options: TextOptions): Record<string, string | undefined> {
    const addressing = options.addressing ?? this.addressing;
    if (addressing === 'lid' && !this.lidJid) throw new Error(`${this.number} has no LID to be addressed by`);
    const told = options.withoutAlternate !== true;
    return {
      from: addressing === 'lid' ? this.lidJid : this.jid,
      type: 'text',
      t: nowSeconds(),
      notify: options.notify ?? this.pushName,
      username: this.username,
      addressing_mode: addressing,
      sender_pn: told && addressing === 'lid' ? this.jid : undefined,
      sender_lid: told && addressing === 'pn' ? this.lidJid : undefined,
    };
  }
}
