import { type BinaryNode, proto, unpadRandomMax16 } from '@whiskeysockets/baileys';
import type { Briefing } from './briefing.js';
import type { Companion } from './companion.js';
import type { OwnDevice } from './other-device.js';
import { child, childBytes } from './stanza.js';

const { Type } = proto.Message.ProtocolMessage;

/**
 * Receives and answers Signal messages from companions to a phone or another device (`<message category="peer">`).
 */
export class PhoneInbox {
  /** received messages, oldest first */
  readonly messages: proto.Message.IProtocolMessage[] = [];
  /** errors of messages that could not be decrypted or read */
  readonly failures: Error[] = [];
  /** whether it responds; false simulates a phone that is off */
  answers = true;

  constructor(
    private readonly device: OwnDevice,
    private readonly briefing: Briefing,
  ) {}

  async receive(companion: Companion, stanza: BinaryNode): Promise<void> {
    try {
      const type = child(stanza, 'enc')?.attrs.type === 'pkmsg' ? 'pkmsg' : 'msg';
      const bytes = childBytes(stanza, 'enc') ?? Buffer.alloc(0);
      const padded = await this.device.keys.signal.decrypt(companion.address, { type, bytes });
      const { protocolMessage } = proto.Message.decode(unpadRandomMax16(padded));
      if (!protocolMessage) throw new Error('the message from the companion is not a protocol message');
      this.messages.push(protocolMessage);
      if (this.answers) this.answer(protocolMessage, companion);
    } catch (error) {
      this.failures.push(error as Error);
    }
  }

  private answer(message: proto.Message.IProtocolMessage, companion: Companion): void {
    const collection =
      message.peerDataOperationRequestMessage?.syncdCollectionFatalRecoveryRequest?.collectionName;
    if (collection) this.briefing.sendRecovery(companion, collection).catch(() => undefined);
    if (message.type !== Type.APP_STATE_SYNC_KEY_REQUEST) return;
    const ids = (message.appStateSyncKeyRequest?.keyIds ?? []).map(({ keyId }) => Buffer.from(keyId ?? []));
    this.briefing.shareKeys(companion, ids, this.device).catch(() => undefined);
  }
}
