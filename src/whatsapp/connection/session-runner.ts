import { AsyncLocalStorage } from 'node:async_hooks';
import { Mutex } from 'async-mutex';
import { pause } from '../../kernel/async/pause.js';
import type { Phone } from '../../kernel/identifiers/address.js';
import { Log } from '../../kernel/logging/log.js';
import { logContext } from '../../kernel/logging/log-context.js';
import { CommandRefused } from '../../sessions/command-refused.js';
import type { LinkOffer } from '../../sessions/link-offer.js';
import type { ReasonCode } from '../../sessions/reason-code.js';
import type { PendingCommand } from '../../sessions/session-commands.repository.js';
import type { SessionAccount } from '../../sessions/sessions.repository.js';
import type { UnlinkResult } from '../../sessions/unlink-result.js';
import { isLinked } from '../auth-state/auth-state.js';
import type { Lease } from '../lease/lease.js';
import { LeaseLost } from '../lease/lease-lost.js';
import { type LinkFailure, linkFailures } from '../linking/link-failure.js';
import type { SessionContext } from '../sync/session-context.js';
import { ClientRenewal } from './client-renewal.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { connectionsEnded, linkAttempts, reconnects } from './connection.metrics.js';
import { type ConnectionOutcome, isOwnLogout, linkingReasonOf, type Purpose } from './connection-outcome.js';
import { DeviceLink } from './device-link.js';
import { disconnectKeyOf, type DisconnectReason, disconnectReasonOf } from './disconnect-reasons.js';
import { FirstLogin } from './first-login.js';
import { type Closable, closedOrStopped, closeTimeoutAfter, unlinkGracefully } from './graceful-close.js';
import { LinkCommands } from './link-commands.js';
import { LinkConnection } from './link-connection.js';
import { KNOWN_DEVICE, type LoginGate, NEW_DEVICE } from './login-gate.js';
import { ReconnectDelays } from './reconnect-delays.js';
import type { SessionClient } from './session-client.js';
import { SessionReporter } from './session-reporter.js';
import { UnlinkConnection } from './unlink-connection.js';

/** Between an unlink and the next QR code, so that the user can read the reason and WhatsApp is not overloaded. */
const RELINK_DELAY_MS = 3_000;
/** Between attempts while a dependency fails, such as the database. */
const FAILED_DELAY_MS = 2_000;

/**
 * Keeps one session connected to WhatsApp while this process holds its lease, and responds to the end of each
 * connection. The responses are listed in disconnect-reasons.ts.
 */
export class SessionRunner {
  private readonly log = new Log(SessionRunner.name);
  private readonly inContext = AsyncLocalStorage.snapshot();
  private readonly delays = new ReconnectDelays();
  private readonly device: DeviceLink;
  private readonly reporter: SessionReporter;
  private readonly linkCommands: LinkCommands;
  private readonly renewal: ClientRenewal;
  private readonly firstLogin = new FirstLogin(() => this.link?.attempt.isConfirmed ?? false);
  /** The connection of the linked device, or of a device that is to be linked. At least one is null. */
  private connection: Connection | null = null;
  private link: LinkConnection | null = null;
  /** One of these two, or the connection of a device that is to be unlinked. */
  private current: Closable | null = null;
  /** Why the last attempt to link failed; null after a login. */
  private lastFailure: LinkFailure | null = null;
  /** Whether the account was unlinked on request, so that the end of the connection has no other reason. */
  private isUnlinked = false;
  /** Whether the connection was closed in order to open another one immediately. */
  private isReplaced = false;
  /** Why the previous connection ended. */
  private lastEnd: string | null = null;
  /** Ends a delay early. */
  private wake = new AbortController();
  /** Serializes reading, using and deleting the credentials. */
  private readonly credentials = new Mutex();
  /** Lets the next session log in. */
  private leaveGate = () => {};

  constructor(
    private readonly context: SessionContext,
    private readonly client: SessionClient,
    private readonly gate: LoginGate,
  ) {
    this.device = new DeviceLink(context);
    this.reporter = new SessionReporter(context.lease, context.stores.sessionState, context.nextStep);
    this.renewal = new ClientRenewal(client, gate);
    this.linkCommands = new LinkCommands({
      current: () => this.link,
      isLinked: () => this.device.isLinked(),
      hurry: () => this.wake.abort(),
      renewClient: (reason) => this.renewal.closeIfOutdated(this.link, reason),
    });
  }

  get lease(): Lease {
    return this.context.lease;
  }

  /** Whether a user is linking a device, and would have to start over in another process. */
  get isBusyLinking(): boolean {
    return this.firstLogin.isPending || (this.link?.attempt.isBegun ?? false);
  }

  /** Runs until `stop` is aborted, or the lease is lost. Unless it was lost, the lease is still held then. */
  async run(stop: AbortSignal): Promise<void> {
    const end = AbortSignal.any([this.firstLogin.after(stop), this.lease.lost]);
    // A database that does not respond must not keep the session from its next process.
    await Promise.race([this.keepConnected(end), closeTimeoutAfter(end)]);
    reconnects.forget(this.lease.session);
  }

  /**
   * @returns the result for the caller; null if there is none
   * @throws CommandRefused with the reason for the caller
   */
  doCommand(command: PendingCommand): Promise<string | null> {
    const alone = <T>(work: () => Promise<T>) => this.credentials.runExclusive(work);
    return this.inContext(async () => {
      if (command.kind === 'unlink') return alone(() => this.unlink());
      if (command.kind === 'use-proxy') return alone(() => this.useProxy());
      if (command.kind === 'check-numbers') return this.checkNumbers(command);
      return this.linkCommands.run(command);
    });
  }

  private async keepConnected(end: AbortSignal): Promise<void> {
    while (!end.aborted) {
      try {
        const outcome = await this.connectOnce(end);
        if (!end.aborted) await this.respond(outcome, end);
      } catch (err) {
        this.leaveGate();
        if (end.aborted) return;
        this.log.error({ err }, 'Running session failed');
        await this.delay(FAILED_DELAY_MS, end);
      }
    }
  }

  /** Opens one connection, and waits for its end. */
  private async connectOnce(end: AbortSignal): Promise<ConnectionOutcome> {
    const account = await this.device.findAccount();
    if (!account?.isLinked) await this.client.prepareToLink();
    this.leaveGate = await this.gate.enter(account?.syncedAt ? KNOWN_DEVICE : NEW_DEVICE);
    end.throwIfAborted();
    const { purpose, connection } = await this.credentials.runExclusive(() => this.openNext());
    const ended = closedOrStopped(connection, end, this.lease.lost);
    if (purpose === 'linked') this.report(this.reporter.report('connecting'));
    const closed = await ended;
    this.renewal.disconnected();
    this.leaveGate();
    connection.cut();
    const failure = this.link?.failure ?? null;
    const wasWaiting = this.link?.attempt.isWaiting ?? false;
    if (this.link) this.firstLogin.linkEnded();
    this.connection = this.link = this.current = null;
    return { ...closed, purpose, failure, wasWaiting };
  }

  /** Determines the purpose of the next connection, and opens it. */
  private async openNext(): Promise<{ purpose: Purpose; connection: Closable }> {
    for (;;) {
      const [creds, account] = [await this.device.loadCredentials(), await this.device.findAccount()];
      Object.assign(logContext.getStore() ?? {}, account && { account: account.id });
      const purpose = !isLinked(creds) ? 'linking' : account?.isLinked ? 'linked' : 'unlinking';
      if (purpose === 'unlinking') {
        const failure = await this.device.adopt(creds);
        if (!failure) continue;
        this.lastFailure = failure;
        this.report(this.reporter.reportFailure('linking', failure));
      }
      const identity = await this.client.next();
      this.isUnlinked = this.isReplaced = false;
      this.renewal.connecting();
      this.reporter.clientVersion = identity.version;
      await this.context.proxies.load();
      this.current = this.open(purpose, { creds, identity }, account as SessionAccount);
      return { purpose, connection: this.current };
    }
  }

  private open(purpose: Purpose, options: ConnectionOptions, account: SessionAccount): Closable {
    switch (purpose) {
      case 'linked':
        this.connection = new Connection(account, this.context, options, {
          opened: () => this.onOpen(),
          clientExpiration: (stanza) => void this.renewal.handleExpiration(this.connection, stanza),
        });
        return this.connection;
      case 'linking':
        this.link = new LinkConnection(this.context, options, (offer) => this.showOffer(offer));
        this.renewal.watch(this.link);
        return this.link;
      case 'unlinking':
        return new UnlinkConnection(this.context, options);
    }
  }

  private onOpen(): void {
    this.leaveGate();
    reconnects.opened(this.lease.session);
    this.lastFailure = null;
    this.firstLogin.done();
    this.report(this.reporter.report('open'));
  }

  private showOffer(offer: LinkOffer): void {
    if (offer.qr) this.leaveGate();
    this.report(this.reporter.showOffer(offer, this.lastFailure));
  }

  private async respond(outcome: ConnectionOutcome, end: AbortSignal): Promise<void> {
    const { by, code, detail, message, openMs, purpose, failure, wasWaiting } = outcome;
    const key = disconnectKeyOf(outcome);
    // In an outage, one attempt after the other ends in the same way.
    const level = openMs === 0 && key === this.lastEnd ? 'debug' : 'info';
    this.lastEnd = key;
    this.log[level]({ by, code, detail, reason: message, openMs }, 'Connection ended');
    connectionsEnded.inc({ reason: key });
    if (purpose === 'linked' && !this.renewal.hasClosed) reconnects.ended(this.lease.session);
    if (failure) linkAttempts.inc({ result: 'failed' });
    if (this.renewal.hasClosed || this.isReplaced) return;
    if (this.isUnlinked) return this.delay(RELINK_DELAY_MS, end);
    const reason = linkingReasonOf(outcome) ?? disconnectReasonOf(outcome);
    if (failure || wasWaiting) this.client.isSuspected = true;
    this.lastFailure = failure ?? this.lastFailure;
    const isGone = reason.action === 'relink';
    if (isGone && purpose === 'linked') return this.relink(reason, end);
    if (purpose === 'unlinking' && (isGone || isOwnLogout(outcome))) {
      await this.forgetDevice(reason.code);
      return this.delay(RELINK_DELAY_MS, end);
    }
    await this.waitAfter(outcome, reason, end);
  }

  private async waitAfter(
    outcome: ConnectionOutcome,
    { action, code, reason, advice }: DisconnectReason,
    end: AbortSignal,
  ): Promise<void> {
    if (action === 'update' && (await this.client.isOutdated('refused'))) return;
    const delayMs = this.delays.nextMs(action, outcome.openMs);
    if (delayMs === 0) return;
    const retryAt = new Date(Date.now() + delayMs);
    const status = outcome.purpose === 'linked' ? 'disconnected' : 'linking';
    this.report(this.reporter.report(status, { reasonCode: code, reason, advice, retryAt }));
    const delayed = this.delay(delayMs, end);
    if (action === 'update') this.client.onceOutdated(this.wake.signal, () => this.wake.abort());
    await delayed;
    this.wake.abort();
  }

  /** Deletes the device, and reports the reason until the next link begins. */
  private async relink({ code, reason, advice }: DisconnectReason, end: AbortSignal): Promise<void> {
    await this.forgetDevice(code);
    this.log.warn({ reasonCode: code, reason }, 'Account unlinked');
    this.lastFailure = linkFailures.unlinked(code, reason);
    this.report(this.reporter.report('logged_out', { reasonCode: code, reason, advice }));
    await this.delay(RELINK_DELAY_MS, end);
    if (!end.aborted) this.report(this.reporter.report('linking', { reasonCode: code, reason, advice }));
  }

  private async forgetDevice(code: ReasonCode): Promise<void> {
    await this.device.forget(code);
    this.delays.reset();
    reconnects.forget(this.lease.session);
  }

  /** Closes the connection, or ends the delay before the next one, because the session has another proxy. */
  /** Reconnects if the stored proxy is not that of the current connection. */
  private async useProxy(): Promise<null> {
    if (!(await this.context.proxies.isOutdated())) return null;
    this.delays.reset();
    this.isReplaced = this.current !== null;
    this.wake.abort();
    await this.current?.close();
    return null;
  }

  private async unlink(): Promise<UnlinkResult> {
    const { connection } = this;
    if (!(await this.device.isLinked())) {
      throw new CommandRefused(
        'conflict',
        'no_account_linked',
        'No account is linked, so there is nothing to unlink.',
      );
    }
    this.isUnlinked = connection !== null;
    const isNotified = connection?.isOpen ? await unlinkGracefully(connection) : false;
    connection?.cut();
    await this.forgetDevice('unlinked_on_request');
    this.lastFailure = linkFailures.unlinked('unlinked_on_request', 'The account was unlinked on request.');
    await this.reporter.reportFailure('logged_out', this.lastFailure);
    this.wake.abort();
    return isNotified ? 'notified' : 'not_notified';
  }

  /** @returns AcceptedChecks as JSON */
  private async checkNumbers({ argument }: PendingCommand): Promise<string> {
    const accepted = await this.connection?.checkNumbers(JSON.parse(argument ?? '[]') as Phone[]);
    if (accepted) return JSON.stringify(accepted);
    throw new CommandRefused(
      'unavailable',
      'whatsapp_not_ready',
      'The session is not connected to WhatsApp. /session shows the reason.',
    );
  }

  private async delay(ms: number, end: AbortSignal): Promise<void> {
    this.wake = new AbortController();
    await pause(ms, AbortSignal.any([end, this.wake.signal]));
  }

  /** Reports are written in the background, in their order. */
  private report(written: Promise<void>): void {
    written.catch((err: unknown) => {
      const level = err instanceof LeaseLost ? 'debug' : 'warn';
      this.log[level]({ err }, 'Reporting session status failed');
    });
  }
}
