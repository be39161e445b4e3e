import { Logger } from '@nestjs/common';
import { proto } from '@whiskeysockets/baileys';
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { parseAddress } from '../../contacts/address.js';
import type { AddressBookOwner, PushName } from '../../contacts/write/contact-changes.js';
import { cleanName } from '../../contacts/write/clean-name.js';
import type { ContactsService } from '../../contacts/write/contacts.service.js';
import type { Transaction } from '../../database/transaction.js';
import type { Lease } from '../lease/lease.js';
import { pauseAfterMs } from '../timing/back-off.js';
import { downloadMedia, MediaUnavailable } from '../wire/media-file.js';
import { isOwn } from '../wire/stanza-values.js';
import { type HistoryNames, type HistoryToken, NO_NAMES, readHistoryNames } from './history-reader.js';
import type { HistoryRepository, PendingHistory } from './history.repository.js';

const inflateAsync = promisify(inflate);
const { HistorySyncType } = proto.Message;

/** History of these kinds has no file. */
const WITHOUT_FILE = new Set([HistorySyncType.NO_HISTORY, HistorySyncType.MESSAGE_ACCESS_STATUS]);

/** After one of these no push names are to be expected any more. */
const LAST_NAMES = new Set([HistorySyncType.PUSH_NAME, HistorySyncType.NO_HISTORY]);

const RETRY = { firstMs: 2_000, maxMs: 10 * 60_000 };
/** The media server keeps history files for some days; about a day of trying is enough to call one lost. */
const MAX_ATTEMPTS = 150;

export interface HistorySyncEvents {
  /** The phone's push names have been read, or it has none to tell; in the transaction that saves them. */
  pushNamesRead(tx: Transaction): Promise<void>;
  /** A history sync has been read to its end. */
  read(what: { heldPushNames: boolean }): void;
  /** Whether the address book was read from app state, which knows better than history what the phone has saved. */
  isAddressBookRead(): Promise<boolean>;
  /** Privacy tokens out of chats, in the transaction that saves the rest of it. */
  privacyTokens(tx: Transaction, tokens: HistoryToken[]): Promise<void>;
  /** Asks the phone to upload a file again that is gone. */
  askForUpload(file: { messageId: string; mediaKey: Uint8Array }): Promise<void>;
  /** A history sync names the account's owner, in the transaction that saves the rest of it. */
  ownPushName(tx: Transaction, name: string): Promise<void>;
  /** One was given up: its names are lost until their owners write. */
  lost(reason: string): void;
}

/**
 * Reads the history syncs that the phone has announced: push names and LID–PN mappings. The announcements are
 * kept in the database (see PeerMessages), so a read that fails or is cut off is done again.
 */
export class HistorySync {
  private readonly logger = new Logger(HistorySync.name);
  private running: Promise<void> | null = null;
  private again = false;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly owner: AddressBookOwner & { linkedAt: Date },
    private readonly repository: HistoryRepository,
    private readonly contacts: ContactsService,
    private readonly lease: Lease,
    private readonly events: HistorySyncEvents,
  ) {}

  /** The phone has announced one, in the transaction that decrypts it. What it was asked to upload again, it replaces. */
  async announced(
    tx: Transaction,
    { notification, messageId }: { notification: Uint8Array; messageId: string | null },
  ): Promise<void> {
    const { accountId } = this.owner;
    const part = partOf(notification);
    for (const { id, notification: asked } of await this.repository.findUploadAsked(tx, accountId)) {
      if (partOf(asked) === part) await this.repository.remove(tx, accountId, id);
    }
    await this.repository.add(tx, accountId, { notification, messageId });
  }

  /** Reads whatever is due, one after the other. */
  wake(): void {
    this.again = true;
    this.running ??= this.readDue()
      .catch((error: unknown) => {
        this.logger.warn(`Reading history later: ${(error as Error).message}`);
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

  /** @returns after how many milliseconds the next one is due; null when there is none */
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
    try {
      const notification = proto.Message.HistorySyncNotification.decode(pending.notification);
      const type = notification.syncType ?? HistorySyncType.INITIAL_BOOTSTRAP;
      const heldPushNames = LAST_NAMES.has(type);
      const names = WITHOUT_FILE.has(type) ? NO_NAMES : await download(notification);
      const knowsBetter = names.saved.length > 0 && (await this.events.isAddressBookRead());
      await this.lease.transaction(async (tx) => {
        await this.contacts.apply(tx, this.owner, {
          mappings: names.mappings,
          saved: knowsBetter ? [] : names.saved,
          pushNames: this.pushNames(names),
          usernames: names.usernames.map((each) => ({ ...each, observedAt: this.observedAt })),
        });
        await this.events.privacyTokens(tx, names.tokens);
        const ownName = this.ownPushName(names);
        if (ownName) await this.events.ownPushName(tx, ownName);
        if (heldPushNames) await this.events.pushNamesRead(tx);
        await this.repository.remove(tx, this.owner.accountId, pending.id);
      });
      const { pushNames, mappings } = names;
      this.logger.debug(
        `History sync read: type ${type}, ${pushNames.length} push names, ${mappings.length} mappings`,
      );
      this.events.read({ heldPushNames });
    } catch (error) {
      await this.retryLater(pending, error as Error);
    }
  }

  /** Names out of history count as observed just before the device was linked: what was observed since is newer. */
  private get observedAt(): Date {
    return new Date(this.owner.linkedAt.getTime() - 1);
  }

  private pushNames({ pushNames }: HistoryNames): PushName[] {
    const { observedAt } = this;
    return pushNames.flatMap(({ id, name }) => {
      const address = parseAddress(id);
      return address ? [{ address, name, observedAt }] : [];
    });
  }

  private ownPushName({ pushNames }: HistoryNames): string | null {
    const isOwnName = ({ id, name }: { id: string; name: string }) => {
      const address = parseAddress(id);
      return address !== null && isOwn(address, this.owner) && name !== '-';
    };
    return cleanName(pushNames.find(isOwnName)?.name);
  }

  private async retryLater(pending: PendingHistory, error: Error): Promise<void> {
    const { id, attempts } = pending;
    this.logger.warn(`Reading a history sync failed, attempt ${attempts + 1}: ${error.message}`);
    const isLast = attempts + 1 >= MAX_ATTEMPTS;
    const delayMs = pauseAfterMs(attempts, RETRY);
    const { accountId } = this.owner;
    await this.lease.transaction((tx) =>
      isLast
        ? this.repository.remove(tx, accountId, id)
        : this.repository.postpone(tx, accountId, { id, delayMs, error: error.message }),
    );
    if (isLast) this.events.lost(error.message);
    else if (error instanceof MediaUnavailable && error.isGone) await this.askForUpload(pending);
  }

  /** Once: the phone announces the history anew when it has uploaded it. */
  private async askForUpload({ id, notification, messageId, isUploadAsked }: PendingHistory): Promise<void> {
    const { mediaKey } = proto.Message.HistorySyncNotification.decode(notification);
    if (isUploadAsked || !messageId || !mediaKey?.length) return;
    const mark = (isAsked: boolean) =>
      this.lease.transaction((tx) => this.repository.markUploadAsked(tx, this.owner.accountId, id, isAsked));
    await mark(true);
    try {
      await this.events.askForUpload({ messageId, mediaKey });
      this.logger.log('Asking the phone to upload a part of its history again');
    } catch (error) {
      await mark(false);
      throw error;
    }
  }
}

/** Which part of the history it is: its kind, and its place among the parts of this kind. */
function partOf(notification: Uint8Array): string {
  const { syncType, chunkOrder } = proto.Message.HistorySyncNotification.decode(notification);
  return `${syncType ?? 0} ${chunkOrder ?? 0}`;
}

/** The history stands in the announcement itself or in an encrypted file on the media server; both are deflated. */
async function download(notification: proto.Message.IHistorySyncNotification): Promise<HistoryNames> {
  const inline = notification.initialHistBootstrapInlinePayload;
  const deflated = inline?.length ? inline : await downloadMedia(notification, 'md-msg-hist');
  return readHistoryNames(await inflateAsync(deflated));
}
