import { Logger } from '@nestjs/common';
import { proto } from '@whiskeysockets/baileys';
import type { DegradationsRepository } from '../../sessions/degradations.repository.js';
import type { Lease } from '../lease/lease.js';
import { KEY_PATIENCE_MS } from './key-patience.js';
import type { SyncKeyRequestsRepository } from './sync-key-requests.repository.js';
import type { SyncKeys } from './sync-keys.js';

/** What asking for keys needs of others. */
export interface KeyRequestContext {
  keys: SyncKeys;
  lease: Lease;
  requests: SyncKeyRequestsRepository;
  degradations: DegradationsRepository;
  /** Writes to all other devices of the account. @throws when none of them can be reached */
  write(message: proto.IMessage): Promise<void>;
}

/**
 * Requests sync keys that the phone has not shared (whatsmeow issues 802, 821 and 883), each at most once a day. As in
 * WhatsApp Web the request goes to all devices of the account, since a companion may have a key when the phone is off or
 * has lost it. The key share that answers it is stored like any other.
 */
export class SyncKeyRequests {
  private readonly logger = new Logger(SyncKeyRequests.name);
  /** Null: by a connection before, perhaps. */
  private isReported: boolean | null = null;
  private readonly waiting = new Map<string, NodeJS.Timeout>();

  constructor(private readonly context: KeyRequestContext) {}

  /** A read lacks a key. */
  missing(keyId: string): void {
    if (this.waiting.has(keyId)) return;
    const patience = setTimeout(() => {
      this.waiting.delete(keyId);
      this.ask(keyId).catch((error: unknown) => {
        this.logger.warn(`Cannot ask for the sync key ${keyId}: ${(error as Error).message}`);
      });
    }, KEY_PATIENCE_MS);
    this.waiting.set(keyId, patience.unref());
  }

  /** Everything that was to be read could be. */
  async satisfied(): Promise<void> {
    this.close();
    if (this.isReported === false) return;
    const { lease, degradations } = this.context;
    const reported = this.isReported ? [] : await degradations.find(lease.session);
    const wasReported = this.isReported ?? reported.some(({ code }) => code === 'sync_key_missing');
    this.isReported = false;
    if (!wasReported) return;
    await lease.transaction((tx) => degradations.report(tx, lease.session, 'sync_key_missing', null));
  }

  close(): void {
    for (const patience of this.waiting.values()) clearTimeout(patience);
    this.waiting.clear();
  }

  private async ask(keyId: string): Promise<void> {
    const { keys, lease, requests, degradations } = this.context;
    if (await keys.has(keyId)) return;
    const { session } = lease;
    this.isReported = true;
    const mayAsk = await lease.transaction(async (tx) => {
      await degradations.report(
        tx,
        session,
        'sync_key_missing',
        `The phone has not shared the sync key ${keyId}, though it was asked to; changes since then cannot be read. Open ` +
          'WhatsApp on the phone; if that does not help, link it again.',
      );
      return requests.claim(tx, session, keyId);
    });
    if (!mayAsk) return;
    this.logger.log(`Requesting the sync key ${keyId} from the account's devices`);
    try {
      await this.context.write(keyRequest(keyId));
    } catch (error) {
      await lease.transaction((tx) => requests.release(tx, session, keyId));
      throw error;
    }
  }
}

function keyRequest(keyId: string): proto.IMessage {
  return {
    protocolMessage: {
      type: proto.Message.ProtocolMessage.Type.APP_STATE_SYNC_KEY_REQUEST,
      appStateSyncKeyRequest: { keyIds: [{ keyId: Buffer.from(keyId, 'base64') }] },
    },
  };
}
