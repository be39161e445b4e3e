import { Curve, proto } from '@whiskeysockets/baileys';
import { type Jid, lidJid, phoneJid } from './jid.js';
import type { Network } from './network.js';
import { PersonKeys } from './person-keys.js';
import { postMessage } from './person-message.js';
import type { Phone } from './phone.js';
import { element, nowSeconds } from './stanza.js';

/** Prefix of what the phone signs when it links a device (`WA_ADV_ACCOUNT_SIG_PREFIX` in Baileys' defaults). */
const ACCOUNT_SIGNATURE_PREFIX = Buffer.from([6, 0]);

/**
 * Another companion of the account, which writes to the ones under test. A message that opens a Signal session carries
 * `<device-identity>`: the phone's signature of this device's identity key.
 */
export class OtherDevice {
  readonly jid: Jid;
  readonly lidJid: Jid;
  private readonly keys = new PersonKeys();

  /** @param isLinked false for a device that the phone has never signed */
  constructor(
    private readonly network: Network,
    private readonly phone: Phone,
    private readonly isLinked = true,
  ) {
    const device = phone.nextDevice();
    this.jid = phoneJid(phone.number, device);
    this.lidJid = lidJid(phone.lid, device);
  }

  /** Sends a peer message with any attributes to the account's companions. Resolves when all have it. */
  async sendPeer(message: proto.IMessage, attrs: Record<string, string | undefined> = {}): Promise<void> {
    const all = { from: this.jid, category: 'peer', type: 'text', t: nowSeconds(), ...attrs };
    const beside = [element('device-identity', {}, this.deviceIdentity())];
    await Promise.all(
      this.phone.companions.map((companion) =>
        postMessage(companion, this.keys, { attrs: all, message, beside }, this.network.faults),
      ),
    );
  }

  private deviceIdentity(): Buffer {
    const details = proto.ADVDeviceIdentity.encode({ keyIndex: 1 }).finish();
    const signer = this.isLinked ? this.phone.signal.identity : Curve.generateKeyPair();
    const signed = Buffer.concat([ACCOUNT_SIGNATURE_PREFIX, details, this.keys.signal.identity.public]);
    const accountSignature = Curve.sign(signer.private, signed);
    return Buffer.from(proto.ADVSignedDeviceIdentity.encode({ details, accountSignature }).finish());
  }
}
