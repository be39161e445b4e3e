import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandRefused } from '../../sessions/command-refused.js';
import type { LinkOffer } from '../../sessions/link-offer.js';
import type { PendingCommand } from '../../sessions/session-commands.repository.js';
import { Config } from '../../config/config.js';
import { isLinked, loadCredentials } from '../auth-state/auth-state.js';
import { ClientIdentity } from '../linking/client-identity.js';
import type { LinkFailure } from '../linking/link-failure.js';
import { SyncServices } from '../sync/sync-services.js';
import { type Ending, endingOf } from './disconnect-reasons.js';
import { CommandHandler } from './command-handler.js';
import { Connection } from './connection.js';
import { LinkCommands } from './link-commands.js';
import { LinkConnection } from './link-connection.js';
import { Lease } from '../lease/lease.js';
import { ReconnectDelays } from './reconnect-delays.js';
import { SessionReporter } from './session-reporter.js';
import type { ClosedConnection } from './whatsapp-socket.js';

/** Between being unlinked and offering a new QR: time to read why, and no burden on WhatsApp. */
const RELINK_PAUSE_MS = 3_000;
/** A goodbye that takes longer would hold up the successor. */
const CLOSE_TIMEOUT_MS = 1_000;
const UNLINK_TIMEOUT_MS = 5_000;
/** Between attempts when not the connection failed but what it needs, such as the database. */
const FAILED_PAUSE_MS = 2_000;
/** Baileys' code for a connection that the other side has closed in good order. */
const CONNECTION_CLOSED = 428;

interface Closed extends ClosedConnection {
  wasLinked: boolean;
  /** Why an attempt to link came to nothing; null when there was none. */
  failure: LinkFailure | null;
  /** Whether WhatsApp had let the device wait to be linked, and nobody has linked it. */
  wasWaiting: boolean;
}

/**
 * Keeps one connection to WhatsApp while this process holds the session, and decides what follows on its end. The
 * meaning of each ending stands in disconnect-reasons.ts.
 */
@Injectable()
export class SessionRunner {
  private readonly logger = new Logger(SessionRunner.name);
  private readonly delays = new ReconnectDelays();
  private readonly identity: ClientIdentity;
  private readonly linkCommands: LinkCommands;
  /** The connection of the linked device, or the one over which a device waits to be linked; or neither. */
  private connection: Connection | null = null;
  private link: LinkConnection | null = null;
  /** Why the last attempt to link came to nothing, until one succeeds. */
  private lastFailure: LinkFailure | null = null;
  /** The account was unlinked on request: what the connection says when it ends is of no interest. */
  private isUnlinked = false;
  /** Ends a pause before its time. */
  private wake = new AbortController();

  constructor(
    private readonly lease: Lease,
    private readonly services: SyncServices,
    private readonly reporter: SessionReporter,
    private readonly desk: CommandHandler,
    config: Config,
  ) {
    this.identity = new ClientIdentity(config.DEVICE_NAME);
    this.linkCommands = new LinkCommands({
      current: () => this.link,
      isLinked: () => this.services.isLinked(),
      hurry: () => this.wake.abort(),
    });
  }

  /** Runs until stopped. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const lost = await this.lease.acquire(stop).catch(() => null);
      if (!lost) return;
      const end = AbortSignal.any([stop, lost]);
      const work = Promise.all([
        this.holdSession(end, lost),
        this.desk.serve((command) => this.doCommand(command), end),
      ]);
      // What hangs, on a database that does not answer, must not keep the session from its successor.
      await Promise.race([work, graceAfter(end)]);
      await this.lease.release().catch((error: unknown) => {
        this.logger.warn(`Session lease not released: ${(error as Error).message}`);
      });
    }
  }

  private async holdSession(over: AbortSignal, lost: AbortSignal): Promise<void> {
    if (this.lease.wasAbandoned) {
      await this.lease.transaction((tx) => this.services.accounts.distrust(tx));
      this.lease.wasAbandoned = false;
    }
    while (!over.aborted) {
      try {
        const closed = await this.connectOnce(over, lost);
        if (!over.aborted) await this.follow(closed, over);
      } catch (error) {
        if (over.aborted) return;
        this.logger.error('The session failed', (error as Error).stack);
        await this.pause(FAILED_PAUSE_MS, over);
      }
    }
  }

  /** One connection, from its first packet to its end. */
  private async connectOnce(over: AbortSignal, lost: AbortSignal): Promise<Closed> {
    const creds = await loadCredentials(this.services.authState);
    const account = isLinked(creds) ? await this.services.accounts.findServed() : null;
    over.throwIfAborted();
    const options = { creds, identity: this.identity };
    this.isUnlinked = false;
    if (account) this.connection = new Connection(account, this.services, options, () => this.onOpen());
    else this.link = new LinkConnection(this.services, options, (offer) => this.showOffer(offer));
    const current = (this.connection ?? this.link) as Connection | LinkConnection;
    const ended = closedOrLeft(current, over, lost);
    if (account) this.report(this.reporter.report('connecting'));
    const closed = await ended;
    current.cut();
    const { failure = null, isWaiting = false } = this.link ?? {};
    this.connection = this.link = null;
    return { ...closed, wasLinked: account !== null, failure, wasWaiting: isWaiting };
  }

  private onOpen(): void {
    this.lastFailure = null;
    this.report(this.reporter.report('open'));
  }

  private async follow(closed: Closed, over: AbortSignal): Promise<void> {
    this.logger.log(`The connection was ended by ${closed.by} with ${closed.code}: ${closed.message}`);
    if (this.isUnlinked) return this.pause(RELINK_PAUSE_MS, over);
    const ending = afterAttempt(closed) ?? endingOf(closed);
    this.lastFailure = closed.failure ?? this.lastFailure;
    if (ending.action === 'relink' && closed.wasLinked) return this.relink(ending, over);
    await this.waitAfter(closed, ending, over);
  }

  private async waitAfter(closed: Closed, ending: Ending, over: AbortSignal): Promise<void> {
    if (ending.action === 'update' && (await this.identity.updateVersion())) return;
    const delayMs = this.delays.nextMs(ending, closed.openMs);
    if (delayMs === 0) return;
    const { reason, advice } = ending;
    const retryAt = new Date(Date.now() + delayMs);
    const status = closed.wasLinked ? 'disconnected' : 'linking';
    this.report(this.reporter.report(status, { reason, advice, retryAt }));
    await this.pause(delayMs, over);
  }

  /** The link is gone. The contacts stay; the device's keys are of no use any more. */
  private async relink({ reason, advice }: Ending, over: AbortSignal): Promise<void> {
    await this.forgetLink();
    this.report(this.reporter.report('logged_out', { reason, advice }));
    await this.pause(RELINK_PAUSE_MS, over);
    if (!over.aborted) this.report(this.reporter.report('linking', { reason, advice }));
  }

  private async forgetLink(): Promise<void> {
    await this.lease.transaction((tx) => this.services.authState.clear(tx));
    this.delays.reset();
  }

  private async pause(delayMs: number, over: AbortSignal): Promise<void> {
    this.wake = new AbortController();
    await sleep(delayMs, undefined, { signal: AbortSignal.any([over, this.wake.signal]) }).catch(() => {});
  }

  private showOffer(offer: LinkOffer): void {
    this.report(this.reporter.showOffer(offer, this.lastFailure));
  }

  private async doCommand(command: PendingCommand): Promise<string | null> {
    return command.kind === 'unlink' ? this.unlink() : this.linkCommands.run(command);
  }

  private async unlink(): Promise<string> {
    const { connection } = this;
    if (!(await this.services.isLinked())) {
      throw new CommandRefused('conflict', 'No account is linked, so there is nothing to unlink.');
    }
    this.isUnlinked = connection !== null;
    const told = connection?.isOpen ? await this.tellUnlinked(connection) : false;
    connection?.cut();
    await this.forgetLink();
    await this.reporter.report('logged_out', {
      reason: 'The account was unlinked on request.',
      advice: 'Scan the QR at /session/qr to link one.',
    });
    this.wake.abort();
    return told
      ? 'The account is unlinked. Its contacts stay until another account is linked.'
      : 'The account is unlinked here, but WhatsApp could not be told: remove the device on the phone as well.';
  }

  /** WhatsApp closes the connection when it has heard; a line that has died does not keep us waiting. */
  private async tellUnlinked(connection: Connection): Promise<boolean> {
    const isHeard = connection
      .unlink()
      .then(() => connection.closed)
      .then(() => true);
    return Promise.race([isHeard, sleep(UNLINK_TIMEOUT_MS, false)]).catch(() => false);
  }

  /** Reports are written in the background; what cannot be written now is written with the next change. */
  private report(written: Promise<void>): void {
    written.catch((error: unknown) => this.logger.warn(`Cannot report: ${(error as Error).message}`));
  }
}

/** What follows on an attempt to link; null when the end of the connection says it. */
function afterAttempt({ failure, wasWaiting, by, code }: Closed): Ending | null {
  if (failure) {
    const { message: reason, advice, isSomebodyThere } = failure;
    return { action: isSomebodyThere ? 'link-again' : 'offer', reason, advice };
  }
  // WhatsApp closes the connection of a device that nobody links (whatsmeow pair-code.go); that is no fault.
  const isPatienceOver = wasWaiting && by === 'client' && code === CONNECTION_CLOSED;
  return isPatienceOver
    ? { action: 'offer', reason: 'Nobody scanned the QR code in time.', advice: null }
    : null;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

async function graceAfter(over: AbortSignal): Promise<void> {
  await aborted(over);
  await sleep(CLOSE_TIMEOUT_MS + 200);
}

/**
 * Resolves when the connection has ended, or, after over is aborted, when its goodbye was not answered in time.
 * @param lost the session is another's: no goodbye
 */
async function closedOrLeft(
  connection: Connection | LinkConnection,
  over: AbortSignal,
  lost: AbortSignal,
): Promise<ClosedConnection> {
  return new Promise((resolve) => {
    const leave = () => {
      if (lost.aborted) connection.cut();
      else void connection.close();
      const left = { by: 'client', code: 428, detail: null, message: 'closed by us', openMs: 0 } as const;
      setTimeout(() => resolve(left), CLOSE_TIMEOUT_MS);
    };
    over.addEventListener('abort', leave, { once: true });
    if (over.aborted) leave();
    void connection.closed.then((closed) => {
      over.removeEventListener('abort', leave);
      resolve(closed);
    });
  });
}
