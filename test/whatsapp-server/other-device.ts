import { Curve, proto } from '@whiskeysockets/baileys';
import type { Briefing } from './briefing.js';
import { type Jid, lidJid, phoneJid } from './jid.js';
import { PersonKeys } from './person-keys.js';
import type { Phone } from './phone.js';
import { PhoneInbox } from './phone-inbox.js';

/** Prefix of the data that the phone signs to link a device (`WA_ADV_ACCOUNT_SIG_PREFIX` in Baileys' defaults). */
const ACCOUNT_SIGNATURE_PREFIX = Buffer.from([6, 0]);

/** A device of an account that exchanges messages with the account's companions. */
export interface OwnDevice {
  readonly jid: Jid;
  readonly lidJid: Jid;
  readonly keys: PersonKeys;
  /** the phone's signature of the device's identity key (`ADVSignedDeviceIdentity`), sent with its messages */
  readonly deviceIdentity?: Buffer;
}

/** Another linked device of an account, without a connection. It has all sync keys and shares them on request. */
export class OtherDevice implements OwnDevice {
  readonly jid: Jid;
  readonly lidJid: Jid;
  readonly keys = new PersonKeys();
  readonly inbox: PhoneInbox;
  readonly deviceIdentity: Buffer;

  /** @param isLinked false for a device that the phone has not signed */
  constructor(
    phone: Phone,
    readonly device: number,
    private readonly briefing: Briefing,
    isLinked: boolean,
  ) {
    this.jid = phoneJid(phone.number, device);
    this.lidJid = lidJid(phone.lid, device);
    this.inbox = new PhoneInbox(this, briefing);
    this.deviceIdentity = this.signBy((isLinked ? phone.signal.identity : Curve.generateKeyPair()).private);
  }

  /** Sends a peer message to the account's companions. Resolves when they have acknowledged it. */
  sendPeer(message: proto.IMessage): Promise<void> {
    return this.briefing.sendPeer(message, {}, this);
  }

  private signBy(accountKey: Uint8Array): Buffer {
    const details = proto.ADVDeviceIdentity.encode({ keyIndex: this.device }).finish();
    const signed = Buffer.concat([ACCOUNT_SIGNATURE_PREFIX, details, this.keys.signal.identity.public]);
    const accountSignature = Curve.sign(accountKey, signed);
    return Buffer.from(proto.ADVSignedDeviceIdentity.encode({ details, accountSignature }).finish());
  }
}
