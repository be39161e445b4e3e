import { proto } from '@whiskeysockets/baileys';
import { cleanName } from '../../contacts/write/clean-name.js';
import type { AddressBookOwner } from '../../contacts/write/contact-changes.js';
import type { ContactsService } from '../../contacts/write/contacts.service.js';
import type { Transaction } from '../../database/transaction.js';
import { pauseAfterMs } from '../../kernel/async/back-off.js';
import { Log } from '../../kernel/logging/log.js';
import type { Lease } from '../lease/lease.js';
import { LeaseLost } from '../lease/lease-lost.js';
import { ReadNotEnded } from '../reading/reader-errors.js';
import type { ReaderPool } from '../reading/reader-pool.js';
import { UNFINISHED } from '../reading/unfinished-reads.js';
import { InputRefused } from '../wire/input-refused.js';
import { MediaUnavailable } from '../wire/media-unavailable.js';
import type { HistoryRepository, PendingHistory } from './history.repository.js';
import { type HistoryInput, readHistory, SAVE_NAMES } from './history-job.js';
import type { HistoryNames, HistoryToken } from './history-reader.js';

const { HistorySyncType } = proto.Message;

/** History of these kinds has no file. */
const WITHOUT_FILE = new Set([HistorySyncType.NO_HISTORY, HistorySyncType.MESSAGE_ACCESS_STATUS]);

/** After a history sync of these kinds, the phone sends no further push names. */
const LAST_NAMES = new Set([HistorySyncType.PUSH_NAME, HistorySyncType.NO_HISTORY]);

const RETRY = { firstMs: 2_000, maxMs: 10 * 60_000 };
/** About one day. The media server stores history files for a few days. */
const MAX_ATTEMPTS = 150;

/** A previous connection has already read the history sync. */
class AlreadyRead extends Error {}

export interface HistorySyncEvents {
  /** Called in the transaction that saves the last push names from the phone, even if there are none. */
  pushNamesRead(tx: Transaction): Promise<void>;
  /** A history sync has been read completely. */
  read(what: { heldPushNames: boolean }): void;
  /** Whether the address book was read from app state, which takes precedence over saved contacts in the history. */
  isAddressBookRead(): Promise<boolean>;
  /** Saves privacy tokens of chats, in the transaction that saves the names. */
  privacyTokens(tx: Transaction, tokens: HistoryToken[]): Promise<void>;
  /** Returns the URL of the proxy for files, with credentials; null if they are downloaded directly. */
  mediaProxy(): string | null;
  /** Requests another upload of an expired file from the phone. */
  askForUpload(file: { messageId: string; mediaKey: Uint8Array }): Promise<void>;
  /** Saves the account's own push name, in the transaction that saves the names. */
  ownPushName(tx: Transaction, name: string): Promise<void>;
  /** A history sync was abandoned. Its push names are missing until the contacts write. */
  lost(reason: string): void;
}

/**
 * Reads the history syncs that the phone has announced: push names and LID–PN mappings. The announcements are
 * stored in the database (see peer-messages.ts), so a read that fails or is interrupted is repeated.
 */
export class HistorySync {
  private readonly log = new Log(HistorySync.name);
  private running: Promise<void> | null = null;
  private again = false;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly owner: AddressBookOwner & { linkedAt: Date },
    private readonly repository: HistoryRepository,
    private readonly contacts: ContactsService,
    private readonly lease: Lease,
    private readonly readers: ReaderPool,
    private readonly events: HistorySyncEvents,
  ) {}

  /** Stores an announcement, in the transaction that decrypts it. It replaces one whose file was requested again. */
  async announced(
    tx: Transaction,
    { notification, messageId }: { notification: Uint8Array; messageId: string | null },
  ): Promise<void> {
    const { accountId } = this.owner;
    const part = partOf(notification);
    for (const { id, notification: previous } of await this.repository.findUploadAsked(tx, accountId)) {
      if (partOf(previous) === part) await this.repository.remove(tx, accountId, id);
    }
    if (await this.repository.isFull(tx, accountId))
      return this.events.lost('the phone has announced more than is stored for one account');
    await this.repository.add(tx, accountId, { notification, messageId });
  }

  /** Reads all history syncs that are due, one after another. */
  wake(): void {
    this.again = true;
    this.running ??= this.readDue()
      .catch((error: unknown) => {
        this.log.warn({ err: error }, 'Reading history failed');
        return RETRY.firstMs;
      })
      .then((nextMs) => {
        this.running = null;
        if (this.closed) return;
        if (this.again) this.wake();
        else if (nextMs !== null) this.timer = setTimeout(() => this.wake(), nextMs).unref();
      });
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  /** @returns milliseconds until the next one is due; null if there is none */
  private async readDue(): Promise<number | null> {
    clearTimeout(this.timer);
    while (!this.closed) {
      this.again = false;
      const pending = await this.repository.findNext(this.owner.accountId);
      if (!pending || pending.dueInMs > 0) return pending && pending.dueInMs;
      await this.readOne(pending);
    }
    return null;
  }

  private async readOne(pending: PendingHistory): Promise<void> {
    if (pending.unfinished >= UNFINISHED.limit)
      return this.giveUp(pending, 'attempts to read it did not finish');
    const notification = proto.Message.HistorySyncNotification.decode(pending.notification);
    const type = notification.syncType ?? HistorySyncType.INITIAL_BOOTSTRAP;
    const heldPushNames = LAST_NAMES.has(type);
    try {
      if (!WITHOUT_FILE.has(type)) await this.readNames(pending, notification);
      await this.lease.transaction(async (tx) => {
        if (heldPushNames) await this.events.pushNamesRead(tx);
        await this.repository.remove(tx, this.owner.accountId, pending.id);
      });
    } catch (error) {
      if (!(error instanceof AlreadyRead)) return this.failed(pending, error as Error);
    }
    this.log.debug({ type }, 'History sync read');
    this.events.read({ heldPushNames });
  }

  /** Names are saved in batches. Saving a batch twice has no effect. */
  private async readNames(
    { id }: PendingHistory,
    notification: proto.Message.IHistorySyncNotification,
  ): Promise<void> {
    const { initialHistBootstrapInlinePayload: inline, directPath, mediaKey, fileEncSha256 } = notification;
    const bytes = Number(notification.fileLength ?? Infinity);
    const input: HistoryInput = {
      inline: inline?.length ? Buffer.from(inline) : null,
      file: { directPath, mediaKey, fileEncSha256 },
      proxy: this.events.mediaProxy(),
    };
    const { accountId } = this.owner;
    await this.readers.run({
      accountId,
      job: 'history',
      input,
      bytes: input.inline?.length ?? bytes,
      readHere: readHistory,
      signal: this.lease.lost,
      begin: async () => {
        const isPending = await this.lease.transaction((tx) => this.repository.begin(tx, accountId, id));
        if (!isPending) throw new AlreadyRead();
      },
      handlers: { [SAVE_NAMES]: (names: HistoryNames) => this.save(names) },
    });
  }

  private async save(names: HistoryNames): Promise<void> {
    const { observedAt } = this;
    const knowsBetter = names.saved.length > 0 && (await this.events.isAddressBookRead());
    const ownName = this.ownPushName(names);
    await this.lease.transaction(async (tx) => {
      await this.contacts.apply(tx, this.owner, {
        mappings: names.mappings,
        saved: knowsBetter ? [] : names.saved,
        pushNames: names.pushNames.map((each) => ({ ...each, observedAt })),
        usernames: names.usernames.map((each) => ({ ...each, observedAt })),
      });
      await this.events.privacyTokens(tx, names.tokens);
      if (ownName) await this.events.ownPushName(tx, ownName);
    });
  }

  /** Names in the history are older than all names that were observed since the device was linked. */
  private get observedAt(): Date {
    return new Date(this.owner.linkedAt.getTime() - 1);
  }

  private ownPushName({ pushNames }: HistoryNames): string | null {
    const { jid, lid } = this.owner;
    const own = pushNames.findLast(
      ({ address, name }) => (address === jid || address === lid) && name !== '-',
    );
    return cleanName(own?.name);
  }

  private async failed(pending: PendingHistory, error: Error): Promise<void> {
    if (error instanceof LeaseLost) throw error;
    const attempt = pending.attempts + 1;
    this.log.warn({ err: error, attempt }, 'Reading history sync failed');
    if (error instanceof InputRefused || attempt >= MAX_ATTEMPTS) return this.giveUp(pending, error.message);
    await this.retryLater(pending, error);
    if (error instanceof MediaUnavailable && error.isGone) await this.askForUpload(pending);
  }

  private async retryLater({ id, attempts }: PendingHistory, error: Error): Promise<void> {
    const postponed = {
      id,
      delayMs: pauseAfterMs(attempts, RETRY),
      error: error.message,
      hasEnded: !(error instanceof ReadNotEnded),
    };
    await this.lease.transaction((tx) => this.repository.postpone(tx, this.owner.accountId, postponed));
  }

  private async giveUp({ id }: PendingHistory, reason: string): Promise<void> {
    await this.lease.transaction((tx) => this.repository.remove(tx, this.owner.accountId, id));
    this.events.lost(reason);
  }

  /** Requests the file once. The phone announces the history sync again when the file is uploaded. */
  private async askForUpload({ id, notification, messageId, isUploadAsked }: PendingHistory): Promise<void> {
    const { mediaKey } = proto.Message.HistorySyncNotification.decode(notification);
    if (isUploadAsked || !messageId || !mediaKey?.length) return;
    const mark = (isAsked: boolean) =>
      this.lease.transaction((tx) => this.repository.markUploadAsked(tx, this.owner.accountId, id, isAsked));
    await mark(true);
    try {
      await this.events.askForUpload({ messageId, mediaKey });
      this.log.info({}, 'Upload of history file requested from the phone');
    } catch (error) {
      await mark(false);
      throw error;
    }
  }
}

/** Identifies a part of the history by its kind, and by its position among the parts of this kind. */
function partOf(notification: Uint8Array): string {
  const { syncType, chunkOrder } = proto.Message.HistorySyncNotification.decode(notification);
  return `${syncType ?? 0} ${chunkOrder ?? 0}`;
}
