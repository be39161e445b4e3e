import { proto } from '@whiskeysockets/baileys';
import { Log } from '../../kernel/logging/log.js';
import type { DegradationsRepository } from '../../sessions/degradations.repository.js';
import type { Lease } from '../lease/lease.js';
import type { SyncKeyRequestsRepository } from './sync-key-requests.repository.js';
import { KEY_SHARE_TIMEOUT_MS, type SyncKeys } from './sync-keys.js';

export interface KeyRequestContext {
  keys: SyncKeys;
  lease: Lease;
  requests: SyncKeyRequestsRepository;
  degradations: DegradationsRepository;
  /** Sends a message to all other devices of the account. @throws if none of them can be reached */
  write(message: proto.IMessage): Promise<void>;
}

/**
 * Requests sync keys that the phone has not shared (whatsmeow issues 802, 821 and 883), each at most once a day. Like
 * WhatsApp Web, it sends the request to all devices of the account, because a companion may have a key if the phone is
 * off or has lost it. The response is stored like any other key share.
 */
export class SyncKeyRequests {
  private readonly log = new Log(SyncKeyRequests.name);
  /** Whether a missing key is reported; null if a previous connection may have reported one. */
  private isReported: boolean | null = null;
  private readonly waiting = new Map<string, NodeJS.Timeout>();

  constructor(private readonly context: KeyRequestContext) {}

  /** A read lacks a key. Requests it, unless the phone shares it within the timeout. */
  missing(keyId: string): void {
    if (this.waiting.has(keyId)) return;
    const timeout = setTimeout(() => {
      this.waiting.delete(keyId);
      this.request(keyId).catch((error: unknown) => {
        this.log.warn({ err: error, keyId }, 'Requesting sync key failed');
      });
    }, KEY_SHARE_TIMEOUT_MS);
    this.waiting.set(keyId, timeout.unref());
  }

  /** A read found all of its keys. Withdraws the report. */
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
    for (const timeout of this.waiting.values()) clearTimeout(timeout);
    this.waiting.clear();
  }

  private async request(keyId: string): Promise<void> {
    const { keys, lease, requests, degradations } = this.context;
    if (await keys.has(keyId)) return;
    const { session } = lease;
    this.isReported = true;
    const mayRequest = await lease.transaction(async (tx) => {
      await degradations.report(
        tx,
        session,
        'sync_key_missing',
        `The phone has not shared the sync key ${keyId}, so later changes cannot be read. ` +
          'Open WhatsApp on the phone. If that does not help, link the phone again.',
      );
      return requests.claim(tx, session, keyId);
    });
    if (!mayRequest) return;
    this.log.info({ keyId }, "Requesting sync key from the account's devices");
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
