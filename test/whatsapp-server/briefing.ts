import { gzipSync } from 'node:zlib';
import { aesDecryptGCM, type BinaryNode, hkdf, proto } from '@whiskeysockets/baileys';
import { encodeRecovery } from './app-state/recovery.js';
import { keyShare, type SyncKey } from './app-state/sync-keys.js';
import type { Companion } from './companion.js';
import { firstHistory, type HistoryChunk, historyMessage } from './history.js';
import type { Network } from './network.js';
import type { OwnDevice } from './other-device.js';
import { postMessage } from './person-message.js';
import type { Phone } from './phone.js';
import { child, element, newStanzaId, nowSeconds, requiredBytes } from './stanza.js';

interface PeerOptions {
  readonly id?: string;
  readonly from?: OwnDevice;
  readonly attrs?: Record<string, string | undefined>;
}

/** Sends peer messages (`category="peer"`) from a phone to its companions: sync keys, history and records. */
export class Briefing {
  private withholding = false;
  /** history files on the media host, by the id of the message that announced them */
  private readonly uploads = new Map<string, { chunk: HistoryChunk; mediaKey: Uint8Array; path: string }>();

  constructor(
    private readonly network: Network,
    private readonly phone: Phone,
  ) {}

  /** Withholds sync keys until `shareSyncKeys`. */
  withholdSyncKeys(): void {
    this.withholding = true;
  }

  /** Shares all sync keys with all companions, and from now on each new one. */
  shareSyncKeys(): Promise<void> {
    this.withholding = false;
    return this.sendToAll(keyShareMessage(this.phone.appState.keys.all));
  }

  /** Shares the keys that a companion requested from a device. */
  shareKeys(companion: Companion, ids: readonly Buffer[], from: OwnDevice): Promise<void> {
    const requested = this.phone.appState.keys.all.filter(({ id }) => ids.some((each) => each.equals(id)));
    return this.send(companion, keyShareMessage(requested), { from });
  }

  /** Sends all records of a collection to a companion that cannot apply its snapshot. */
  sendRecovery(companion: Companion, name: string): Promise<void> {
    const collection = this.phone.appState.find(name);
    if (!collection) return Promise.resolve();
    return this.send(companion, recoveryMessage(encodeRecovery(collection, this.phone.appState.keys)));
  }

  /** Creates a sync key for later patches, and shares it unless keys are withheld. */
  async rotateSyncKey(): Promise<void> {
    const key = this.phone.appState.keys.rotate();
    if (!this.withholding) await this.sendToAll(keyShareMessage([key]));
  }

  /** Sends one history message to all companions. */
  sendHistory(chunk: HistoryChunk): Promise<void> {
    return Promise.all(this.phone.companions.map((companion) => this.sendHistoryTo(companion, chunk))).then(
      () => undefined,
    );
  }

  /** Deletes the files of all announced history, as the media host does after some days. */
  expireHistory(): void {
    for (const { path } of this.uploads.values()) this.network.media.remove(path);
  }

  /**
   * Uploads and announces a history file again, after a companion failed to download it.
   * @throws Error if no history was announced with this id, or the receipt is not encrypted correctly
   */
  async uploadAgain(companion: Companion, receipt: BinaryNode): Promise<void> {
    const id = receipt.attrs.id ?? '';
    const upload = this.uploads.get(id);
    if (!upload) throw new Error(`the phone has not announced any history with id ${id}`);
    if (stanzaIdOf(receipt, upload.mediaKey) !== id)
      throw new Error('the server-error receipt contains another id');
    await this.sendHistoryTo(companion, upload.chunk);
  }

  private sendHistoryTo(companion: Companion, chunk: HistoryChunk): Promise<void> {
    const id = newStanzaId();
    const message = historyMessage(chunk, this.network.media);
    const { mediaKey, directPath } = message.protocolMessage?.historySyncNotification ?? {};
    if (mediaKey && directPath) this.uploads.set(id, { chunk, mediaKey, path: directPath });
    return this.send(companion, message, { id });
  }

  /** Sends sync keys and history to a newly linked companion after its first login. */
  async sendKeysAndHistory(companion: Companion): Promise<void> {
    await companion.whenOnline();
    const { history, appState } = this.phone;
    if (!this.withholding) this.send(companion, keyShareMessage(appState.keys.all)).catch(() => undefined);
    if (!history.send) return;
    for (const chunk of firstHistory(this.phone, this.network.directory.contacts)) {
      if (history.delayMs) await pause(history.delayMs);
      if (companion.unlinked) return;
      this.sendHistoryTo(companion, chunk).catch(() => undefined);
    }
  }

  /** Sends a message to all companions. The attributes can contradict the message. */
  async sendPeer(
    message: proto.IMessage,
    attrs: Record<string, string | undefined>,
    from?: OwnDevice,
  ): Promise<void> {
    await Promise.all(this.phone.companions.map((each) => this.send(each, message, { attrs, from })));
  }

  private sendToAll(message: proto.IMessage): Promise<void> {
    return this.sendPeer(message, {});
  }

  private send(
    companion: Companion,
    message: proto.IMessage,
    { id, from = this.phone, attrs: more }: PeerOptions = {},
  ): Promise<void> {
    const { pushName } = this.phone;
    const { jid, lidJid, keys, deviceIdentity } = from;
    // Without the LID, Baileys would look for the session under a different address after login.
    const attrs = {
      from: jid,
      peer_recipient_lid: lidJid,
      category: 'peer',
      type: 'text',
      t: nowSeconds(),
      notify: pushName,
      ...more,
    };
    const others = deviceIdentity && [element('device-identity', {}, deviceIdentity)];
    return postMessage(companion, keys, { id, attrs, message, others }, this.network.faults);
  }
}

/** Decrypts a server-error receipt and returns the id of the message that announced the file. */
function stanzaIdOf(receipt: BinaryNode, mediaKey: Uint8Array): string | null | undefined {
  const encrypt = child(receipt, 'encrypt');
  const key = hkdf(Buffer.from(mediaKey), 32, { info: 'WhatsApp Media Retry Notification' });
  const [text, iv] = [requiredBytes(encrypt, 'enc_p'), requiredBytes(encrypt, 'enc_iv')];
  const plain = aesDecryptGCM(text, key, iv, Buffer.from(receipt.attrs.id ?? ''));
  return proto.ServerErrorReceipt.decode(plain).stanzaId;
}

export function recoveryMessage(records: Uint8Array): proto.IMessage {
  return {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.PEER_DATA_OPERATION_REQUEST_RESPONSE_MESSAGE,
      peerDataOperationRequestResponseMessage: {
        peerDataOperationResult: [
          {
            syncdSnapshotFatalRecoveryResponse: {
              collectionSnapshot: gzipSync(records),
              isCompressed: true,
            },
          },
        ],
      },
    },
  };
}

export function keyShareMessage(keys: readonly SyncKey[]): proto.IMessage {
  return {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.APP_STATE_SYNC_KEY_SHARE,
      appStateSyncKeyShare: keyShare(keys),
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
