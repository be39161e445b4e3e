import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PendingCommand } from '../../accounts/session-commands.repository.js';
import { SyncServices } from '../sync/sync-services.js';
import { BackOff } from './back-off.js';
import { type Ending, endingOf } from './closing-codes.js';
import { CommandDesk } from './command-desk.js';
import { type ClosedConnection, Connection } from './connection.js';
import { Ownership } from './ownership.js';
import { SessionReporter } from './session-reporter.js';

/** Between being unlinked and offering a new QR: time to read why, and no burden on WhatsApp. */
const RELINK_PAUSE_MS = 3_000;
/** Where only a person can help: how often it is tried all the same. */
const STOPPED_PAUSE_MS = 6 * 60 * 60_000;
/** A goodbye that takes longer would hold up the successor. */
const CLOSE_TIMEOUT_MS = 1_000;

/**
 * Keeps one connection to WhatsApp while this process holds the session, and decides what follows on its end. The
 * meaning of each ending stands in closing-codes.ts.
 */
@Injectable()
export class SessionRunner {
  private readonly logger = new Logger(SessionRunner.name);
  private readonly backOff = new BackOff();
  private connection: Connection | null = null;
  private showsQr = false;
  /** Ends a pause before its time. */
  private wake = new AbortController();

  constructor(
    private readonly ownership: Ownership,
    private readonly services: SyncServices,
    private readonly reporter: SessionReporter,
    private readonly desk: CommandDesk,
  ) {}

  /** Runs until stopped. */
  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const lost = await this.ownership.acquire(stop).catch(() => null);
      if (!lost) return;
      const over = new AbortController();
      const end = AbortSignal.any([stop, lost, over.signal]);
      const desk = this.desk.serve((command) => this.doCommand(command), end);
      await this.holdSession(end, lost).catch((error: unknown) => this.logger.error('The session failed', error));
      over.abort();
      await desk;
      await this.ownership.release().catch((error: unknown) => {
        this.logger.warn(`The session was not handed over: ${(error as Error).message}`);
      });
    }
  }

  private async holdSession(over: AbortSignal, lost: AbortSignal): Promise<void> {
    if (this.ownership.wasAbandoned) {
      await this.ownership.transaction((tx) => this.services.accounts.distrust(tx));
      this.ownership.wasAbandoned = false;
    }
    while (!over.aborted) {
      const closed = await this.connectOnce(over, lost);
      if (!over.aborted) await this.follow(closed, over);
    }
  }

  /** One connection, from its first packet to its end. */
  private async connectOnce(over: AbortSignal, lost: AbortSignal): Promise<ClosedConnection & { wasLinked: boolean }> {
    const connection = await Connection.open(this.services, {
      qr: (text) => {
        this.showsQr = true;
        this.report(this.reporter.showQr(text));
      },
      open: () => this.report(this.reporter.report('open')),
    });
    this.connection = connection;
    const { isLinked: wasLinked } = connection;
    const leave = () => (lost.aborted ? connection.cut() : void connection.close());
    over.addEventListener('abort', leave);
    if (over.aborted) leave();
    if (wasLinked) this.report(this.reporter.report('connecting'));
    const closed = await Promise.race([connection.closed, this.tooLateAfter(over)]);
    over.removeEventListener('abort', leave);
    this.connection = null;
    this.showsQr = false;
    return { ...closed, wasLinked };
  }

  private async tooLateAfter(over: AbortSignal): Promise<ClosedConnection> {
    if (!over.aborted) await new Promise((resolve) => over.addEventListener('abort', resolve, { once: true }));
    await sleep(CLOSE_TIMEOUT_MS);
    return { code: 428, message: 'closed by us', openMs: 0 };
  }

  private async follow(closed: ClosedConnection & { wasLinked: boolean }, over: AbortSignal): Promise<void> {
    const ending = endingOf(closed.code);
    this.logger.log(`The connection ended with ${closed.code}: ${closed.message}`);
    if (ending.action === 'restart') return;
    if (!closed.wasLinked) return this.offerAgain(closed, ending, over);
    if (ending.action === 'relink') return this.relink(ending, closed.code, over);
    const delayMs = this.delayMs(ending, closed.openMs);
    const { reason, advice } = ending;
    const retryAt = new Date(Date.now() + delayMs);
    await this.reporter.report('disconnected', { reason, advice, closingCode: closed.code, retryAt });
    await this.pause(delayMs, over);
  }

  private delayMs({ action }: Ending, openMs: number): number {
    if (action === 'stop') return STOPPED_PAUSE_MS;
    return action === 'hold' ? this.backOff.holdDelayMs() : this.backOff.nextDelayMs(openMs);
  }

  /** Nobody has scanned in time, or WhatsApp cannot be reached: a new QR, after a pause that grows on failures. */
  private async offerAgain({ code }: ClosedConnection, ending: Ending, over: AbortSignal): Promise<void> {
    const delayMs = this.backOff.nextDelayMs(0);
    const details = { reason: ending.reason, advice: ending.advice, closingCode: code };
    await this.reporter.report('linking', { ...details, retryAt: new Date(Date.now() + delayMs) });
    await this.pause(delayMs, over);
  }

  /** The link is gone. The contacts stay; the device's keys are of no use any more. */
  private async relink({ reason, advice }: Ending, closingCode: number, over: AbortSignal): Promise<void> {
    await this.ownership.transaction((tx) => this.services.authState.clear(tx));
    await this.reporter.report('logged_out', { reason, advice, closingCode });
    this.backOff.reset();
    await this.pause(RELINK_PAUSE_MS, over);
    if (!over.aborted) await this.reporter.report('linking', { reason, advice, closingCode });
  }

  private async pause(delayMs: number, over: AbortSignal): Promise<void> {
    this.wake = new AbortController();
    await sleep(delayMs, undefined, { signal: AbortSignal.any([over, this.wake.signal]) }).catch(() => {});
  }

  private async doCommand({ kind, argument }: PendingCommand): Promise<string> {
    switch (kind) {
      case 'pairing-code':
        return this.requestPairingCode(argument ?? '');
      case 'unlink':
        return this.unlink();
    }
  }

  private async requestPairingCode(phone: string): Promise<string> {
    if (this.connection?.isLinked) throw new Error('An account is linked already. Unlink it first: DELETE /session.');
    if (!this.connection || !this.showsQr) {
      throw new Error('WhatsApp is not ready to link yet. Try again when /session shows a QR.');
    }
    return this.connection.requestPairingCode(phone);
  }

  private async unlink(): Promise<string> {
    const { connection } = this;
    const isLinked = await this.services.isLinked();
    if (!isLinked) throw new Error('No account is linked, so there is nothing to unlink.');
    const told = connection?.isOpen ? await connection.unlink().then(() => true, () => false) : false;
    if (!told) connection?.cut();
    await this.ownership.transaction((tx) => this.services.authState.clear(tx));
    await this.reporter.report('logged_out', { reason: 'The account was unlinked on request.' });
    this.wake.abort();
    return told
      ? 'The account is unlinked. Its contacts stay until another account is linked.'
      : 'The account is unlinked here, but WhatsApp could not be told: remove the device on the phone as well.';
  }

  /** Reports are written in the background; what cannot be written now is written with the next change. */
  private report(written: Promise<void>): void {
    written.catch((error: unknown) => this.logger.warn(`Cannot report: ${(error as Error).message}`));
  }
}
