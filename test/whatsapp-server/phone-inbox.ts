import { type BinaryNode, proto, unpadRandomMax16 } from '@whiskeysockets/baileys';
import type { Briefing } from './briefing.js';
import type { Companion } from './companion.js';
import type { OwnDevice } from './other-device.js';
import { child, childBytes } from './stanza.js';

const { Type } = proto.Message.ProtocolMessage;

/** What companions write to a phone, or to another device: `<message category="peer">`, real Signal messages. It answers them. */
export class PhoneInbox {
  /** what was asked, oldest first */
  readonly messages: proto.Message.IProtocolMessage[] = [];
  /** what could not be decrypted */
  readonly failures: Error[] = [];
  /** whether it answers; a phone may be off */
  answers = true;

  constructor(
    private readonly device: OwnDevice,
    private readonly briefing: Briefing,
  ) {}

  async take(companion: Companion, stanza: BinaryNode): Promise<void> {
    try {
      const type = child(stanza, 'enc')?.attrs.type === 'pkmsg' ? 'pkmsg' : 'msg';
      const bytes = childBytes(stanza, 'enc') ?? Buffer.alloc(0);
      const padded = await this.device.keys.signal.decrypt(companion.address, { type, bytes });
      const { protocolMessage } = proto.Message.decode(unpadRandomMax16(padded));
      if (!protocolMessage)
        throw new Error('a companion writes protocol messages to its phone, and nothing else');
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
