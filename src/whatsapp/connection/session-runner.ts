import { Logger } from '@nestjs/common';
import type { AuthenticationCreds, BinaryNode } from '@whiskeysockets/baileys';
import { Mutex } from 'async-mutex';
import { setTimeout as sleep } from 'node:timers/promises';
import { logContext } from '../../kernel/logging/log-context.js';
import { parseJid, parseLid, phoneOf } from '../../kernel/identifiers/address.js';
import { CommandRefused } from '../../sessions/command-refused.js';
import type { UnlinkResult } from '../../sessions/unlink-result.js';
import type { LinkOffer } from '../../sessions/link-offer.js';
import type { PendingCommand } from '../../sessions/session-commands.repository.js';
import type { SessionAccount } from '../../sessions/sessions.repository.js';
import { accountKeyOf, isLinked, loadCredentials } from '../auth-state/auth-state.js';
import { type LinkFailure, linkFailures } from '../linking/link-failure.js';
import type { SessionContext } from '../sync/session-context.js';
import { afterAttempt, type Closed, isOwnLogout, type Purpose } from './closed.js';
import { ClientRenewal } from './client-renewal.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { connectionsEnded, linkAttempts } from './connection.metrics.js';
import { type Ending, endingOf, keyOf } from './disconnect-reasons.js';
import { FirstLogin } from './first-login.js';
import { type Closable, closedOrLeft, graceAfter } from './leave.js';
import { LinkCommands } from './link-commands.js';
import { LinkConnection } from './link-connection.js';
import { KNOWN_DEVICE, type LoginGate, NEW_DEVICE } from './login-gate.js';
import { ReconnectDelays } from './reconnect-delays.js';
import type { SessionClient } from './session-client.js';
import { SessionReporter } from './session-reporter.js';
import { UnlinkConnection } from './unlink-connection.js';

/** Between being unlinked and offering a new QR: time to read why, and no burden on WhatsApp. */
const RELINK_PAUSE_MS = 3_000;
const UNLINK_TIMEOUT_MS = 5_000;
/** Between attempts when not the connection failed but what it needs, such as the database. */
const FAILED_PAUSE_MS = 2_000;

/**
 * Keeps one session connected to WhatsApp while this process holds its lease, and decides what follows on the end of each
 * connection. The meaning of each ending stands in disconnect-reasons.ts.
 */
export class SessionRunner {
  private readonly logger = new Logger(SessionRunner.name);
  private readonly delays = new ReconnectDelays();
  private readonly reporter: SessionReporter;
  private readonly linkCommands: LinkCommands;
  private readonly renewal: ClientRenewal;
  /** The connection of the linked device, or the one over which a device waits to be linked; or neither. */
  private connection: Connection | null = null;
  private link: LinkConnection | null = null;
  /** Why the last attempt to link came to nothing, until one succeeds. */
  private lastFailure: LinkFailure | null = null;
  /** The account was unlinked on request: what the connection says when it ends is of no interest. */
  private isUnlinked = false;
  /** Ends a pause before its time. */
  private wake = new AbortController();
  /** Credentials are read and used, or forgotten on request, one after the other. */
  private readonly credentials = new Mutex();
  /** Lets the next session log in. */
  private leaveGate = () => {};
  private readonly firstLogin = new FirstLogin(() => this.link?.isConfirmed ?? false);

  constructor(
    private readonly context: SessionContext,
    private readonly client: SessionClient,
    private readonly gate: LoginGate,
  ) {
    this.reporter = new SessionReporter(context.lease, context.stores.sessionState);
    this.renewal = new ClientRenewal(client, gate);
    this.linkCommands = new LinkCommands({
      current: () => this.link,
      isLinked: async () => isLinked(await this.loadCredentials()),
      hurry: () => this.wake.abort(),
      renewClient: (reason) => this.renewal.closeIfOutdated(this.link, reason),
    });
  }

  /** Runs until stopped, or until the lease is lost. The lease is still held then, unless it was lost. */
  async run(stop: AbortSignal): Promise<void> {
    const end = AbortSignal.any([this.firstLogin.after(stop), this.context.lease.lost]);
    // What hangs, on a database that does not answer, must not keep the session from its successor.
    await Promise.race([this.holdSession(end), graceAfter(end)]);
  }

  /** @throws CommandRefused with the reason for the caller */
  async doCommand(command: PendingCommand): Promise<string | null> {
    if (command.kind !== 'unlink') return this.linkCommands.run(command);
    return this.credentials.runExclusive(() => this.unlink());
  }

  /** Whether somebody is in the middle of linking, who would have to begin anew in another process. */
  get isBusyLinking(): boolean {
    return this.firstLogin.isPending || (this.link?.isBegun ?? false);
  }

  private async holdSession(over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      try {
        const closed = await this.connectOnce(over);
        if (!over.aborted) await this.follow(closed, over);
      } catch (error) {
        this.leaveGate();
        if (over.aborted) return;
        this.logger.error('The session failed', (error as Error).stack);
        await this.pause(FAILED_PAUSE_MS, over);
      }
    }
  }

  /** One connection, from its first packet to its end. */
  private async connectOnce(over: AbortSignal): Promise<Closed> {
    const account = await this.getAccount();
    if (!account?.isLinked) await this.client.prepareToLink();
    this.leaveGate = await this.gate.enter(account?.syncedAt ? KNOWN_DEVICE : NEW_DEVICE);
    over.throwIfAborted();
    const current = await this.credentials.runExclusive(() => this.openNext());
    const ended = closedOrLeft(current.connection, over, this.context.lease.lost);
    if (current.purpose === 'linked') this.report(this.reporter.report('connecting'));
    const closed = await ended;
    this.renewal.disconnected();
    this.leaveGate();
    current.connection.cut();
    const { failure = null, isWaiting = false } = this.link ?? {};
    if (this.link) this.firstLogin.linkEnded();
    this.connection = this.link = null;
    return { ...closed, purpose: current.purpose, failure, wasWaiting: isWaiting };
  }

  /** Decides what the next connection is for, and opens it. */
  private async openNext(): Promise<{ purpose: Purpose; connection: Closable }> {
    for (;;) {
      const [creds, account] = [await this.loadCredentials(), await this.getAccount()];
      Object.assign(logContext.getStore() ?? {}, account && { account: account.id });
      const purpose = !isLinked(creds) ? 'linking' : account?.isLinked ? 'linked' : 'unlinking';
      if (purpose === 'unlinking' && (await this.adopt(creds))) continue;
      const identity = await this.client.next();
      this.isUnlinked = false;
      this.renewal.connecting();
      this.reporter.clientVersion = identity.version;
      return { purpose, connection: this.open(purpose, { creds, identity }, account as SessionAccount) };
    }
  }

  private open(purpose: Purpose, options: ConnectionOptions, account: SessionAccount): Closable {
    const { context } = this;
    switch (purpose) {
      case 'linked': {
        const onClientExpiration = (stanza: BinaryNode) =>
          void this.renewal.handleExpiration(this.connection, stanza);
        const all = { ...options, onClientExpiration };
        return (this.connection = new Connection(account, context, all, () => this.onOpen()));
      }
      case 'linking':
        this.link = new LinkConnection(context, options, (offer) => this.showOffer(offer));
        this.renewal.watch(this.link);
        return this.link;
      case 'unlinking':
        return new UnlinkConnection(context, options, this.logger);
    }
  }

  /** The account was linked through another session when this device was; if it no longer is, the device stays linked. */
  private async adopt(creds: AuthenticationCreds): Promise<boolean> {
    const { lease, stores } = this.context;
    const { me } = creds;
    const jid = parseJid(me?.id);
    if (!jid) throw new Error('The credentials do not name the account');
    const other = await lease.read(() => stores.sessions.findLinked(jid));
    if (other && other !== lease.session) {
      this.lastFailure = linkFailures.linkedElsewhere(phoneOf(jid), other);
      const { code: reasonCode, message: reason, advice } = this.lastFailure;
      this.report(this.reporter.report('linking', { reasonCode, reason, advice }));
      return false;
    }
    await lease.transaction(async (tx) => {
      const id = await stores.accounts.add(tx, {
        jid,
        lid: parseLid(me?.lid),
        identityKey: accountKeyOf(creds),
      });
      await stores.sessions.link(tx, lease.session, { id, jid });
      await stores.appState.restart(tx, id);
    });
    return true;
  }

  private loadCredentials(): Promise<AuthenticationCreds> {
    const { lease, stores } = this.context;
    return lease.read(() => loadCredentials(stores.authState, lease.session));
  }

  private getAccount(): Promise<SessionAccount | null> {
    const { lease, stores } = this.context;
    return lease.read(() => stores.sessions.getAccount(lease.session));
  }

  private onOpen(): void {
    this.leaveGate();
    this.lastFailure = null;
    this.firstLogin.done();
    this.report(this.reporter.report('open'));
  }

  private async follow(closed: Closed, over: AbortSignal): Promise<void> {
    // For people, the report says it.
    this.logger.debug(`Connection ended by ${closed.by} with ${closed.code}: ${closed.message}`);
    connectionsEnded.inc({ reason: keyOf(closed) });
    if (closed.failure) linkAttempts.inc({ result: 'failed' });
    if (this.renewal.hasClosed) return;
    if (this.isUnlinked) return this.pause(RELINK_PAUSE_MS, over);
    const ending = afterAttempt(closed) ?? endingOf(closed);
    if (closed.failure || closed.wasWaiting) this.client.isSuspected = true;
    this.lastFailure = closed.failure ?? this.lastFailure;
    const isGone = ending.action === 'relink';
    if (isGone && closed.purpose === 'linked') return this.relink(ending, over);
    if (closed.purpose === 'unlinking' && (isGone || isOwnLogout(closed))) return this.forgetDuplicate(over);
    await this.waitAfter(closed, ending, over);
  }

  private async waitAfter(closed: Closed, ending: Ending, over: AbortSignal): Promise<void> {
    if (ending.action === 'update' && (await this.client.isOutdated('refused'))) return;
    const delayMs = this.delays.nextMs(ending, closed.openMs);
    if (delayMs === 0) return;
    const { code: reasonCode, reason, advice } = ending;
    const retryAt = new Date(Date.now() + delayMs);
    const status = closed.purpose === 'linked' ? 'disconnected' : 'linking';
    this.report(this.reporter.report(status, { reasonCode, reason, advice, retryAt }));
    const paused = this.pause(delayMs, over);
    if (ending.action === 'update') this.client.onceOutdated(this.wake.signal, () => this.wake.abort());
    await paused;
    this.wake.abort();
  }

  /** The link is gone, which is told until the next one is begun. The contacts stay; the device's keys are of no use any more. */
  private async relink({ code: reasonCode, reason, advice }: Ending, over: AbortSignal): Promise<void> {
    await this.forgetLink();
    this.lastFailure = linkFailures.unlinked(reasonCode, reason);
    this.report(this.reporter.report('logged_out', { reasonCode, reason, advice }));
    await this.pause(RELINK_PAUSE_MS, over);
    if (!over.aborted) this.report(this.reporter.report('linking', { reasonCode, reason, advice }));
  }

  private async forgetLink(): Promise<void> {
    const { lease, stores } = this.context;
    await lease.transaction(async (tx) => {
      await stores.authState.clear(tx, lease.session);
      await stores.sessions.unlink(tx, lease.session);
      await stores.degradations.clear(tx, lease.session);
      await stores.keyRequests.clear(tx, lease.session);
    });
    this.delays.reset();
  }

  /** WhatsApp knows that the device must not be linked; the reason is told with the next offer, too. */
  private async forgetDuplicate(over: AbortSignal): Promise<void> {
    await this.forgetLink();
    await this.pause(RELINK_PAUSE_MS, over);
  }

  private async pause(delayMs: number, over: AbortSignal): Promise<void> {
    this.wake = new AbortController();
    await sleep(delayMs, undefined, { signal: AbortSignal.any([over, this.wake.signal]) }).catch(() => {});
  }

  private showOffer(offer: LinkOffer): void {
    if (offer.qr) this.leaveGate();
    this.report(this.reporter.showOffer(offer, this.lastFailure));
  }

  private async unlink(): Promise<UnlinkResult> {
    const { connection } = this;
    if (!isLinked(await this.loadCredentials())) {
      throw new CommandRefused(
        'conflict',
        'no_account_linked',
        'No account is linked, so there is nothing to unlink.',
      );
    }
    this.isUnlinked = connection !== null;
    const told = connection?.isOpen ? await this.tellUnlinked(connection) : false;
    connection?.cut();
    await this.forgetLink();
    this.lastFailure = linkFailures.unlinked('unlinked_on_request', 'The account was unlinked on request.');
    const { code: reasonCode, message: reason, advice } = this.lastFailure;
    await this.reporter.report('logged_out', { reasonCode, reason, advice });
    this.wake.abort();
    return told ? 'notified' : 'not_notified';
  }

  /** WhatsApp closes the connection when it has heard; a connection that has died does not keep us waiting. */
  private async tellUnlinked(connection: Connection): Promise<boolean> {
    const isHeard = connection
      .unlink()
      .then(() => connection.closed)
      .then(() => true);
    return Promise.race([isHeard, sleep(UNLINK_TIMEOUT_MS, false)]).catch(() => false);
  }

  /** Reports are written in the background, in their order. */
  private report(written: Promise<void>): void {
    written.catch((error: unknown) => this.logger.warn(`Cannot report: ${(error as Error).message}`));
  }
}
