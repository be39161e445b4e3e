import { Injectable } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { Log } from '../../kernel/logging/log.js';
import { logContext } from '../../kernel/logging/log-context.js';
import { NextStep } from '../../kernel/logging/next-step.js';
import { ClientVersions } from '../client-version/client-versions.js';
import { LoginGate } from '../connection/login-gate.js';
import { SessionClient } from '../connection/session-client.js';
import { SessionRunner } from '../connection/session-runner.js';
import type { Lease } from '../lease/lease.js';
import { LeaseHolder } from '../lease/lease-holder.js';
import { FetchBudget } from '../profiles/fetch-budget.js';
import { FetchPause } from '../profiles/fetch-pause.js';
import { FetchScheduler } from '../profiles/fetch-scheduler.js';
import { ReaderPool } from '../reading/reader-pool.js';
import { Stores } from '../sync/session-context.js';
import { SessionProxies } from '../sync/session-proxies.js';
import { CommandPoller } from './command-poller.js';

/** Maximum number of sessions handed over at the same time. Each is offline while the other process logs in. */
const MAX_HANDED_OVER_AT_ONCE = 20;

/** A session that runs in this thread. */
interface HostedSession {
  readonly runner: SessionRunner;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** Runs the sessions whose leases were claimed by this process, all of them in this thread. */
@Injectable()
export class SessionHost {
  private readonly log = new Log(SessionHost.name);
  private readonly sessions = new Map<SessionName, HostedSession>();
  private readonly nextStep: NextStep;

  constructor(
    private readonly leases: LeaseHolder,
    private readonly commands: CommandPoller,
    private readonly stores: Stores,
    private readonly scheduler: FetchScheduler,
    private readonly gate: LoginGate,
    private readonly versions: ClientVersions,
    private readonly readers: ReaderPool,
    private readonly config: Config,
  ) {
    this.nextStep = new NextStep(config);
  }

  /** Runs until `stop` is aborted, then ends all sessions and releases their leases. */
  async run(stop: AbortSignal): Promise<void> {
    await Promise.all([
      this.leases.hold(stop, {
        claimed: (lease) => this.start(lease),
        surplus: (count) => this.handOver(count),
      }),
      this.commands.run((session) => this.find(session), stop),
    ]);
    const hosted = [...this.sessions.values()];
    for (const session of hosted) session.stop.abort();
    await Promise.all(hosted.map(({ ended }) => ended));
    await this.leases
      .releaseAll()
      .catch((err: unknown) => this.log.warn({ err }, 'Releasing session leases failed'));
  }

  /** A session that is being handed over accepts no more commands. Its next process does. */
  private find(name: SessionName): SessionRunner | undefined {
    const session = this.sessions.get(name);
    return session?.stop.signal.aborted ? undefined : session?.runner;
  }

  private start(lease: Lease): void {
    logContext.run({ session: lease.session }, () => {
      const runner = new SessionRunner(
        {
          lease,
          stores: this.stores,
          proxies: new SessionProxies(lease.session, this.stores.sessionProxies),
          budget: new FetchBudget(this.config),
          batchSize: this.config.DOWNLOADS_BATCH_SIZE,
          checksPerDay: this.config.CHECKS_PER_DAY,
          pause: new FetchPause(this.config, this.stores.sessionState, lease),
          nextStep: this.nextStep,
          scheduler: this.scheduler,
          quietTime: this.gate,
          decryptsMessages: this.config.DECRYPT_MESSAGES,
          readers: this.readers,
        },
        new SessionClient(this.config.DEVICE_NAME, this.versions, { lease, stores: this.stores }),
        this.gate,
      );
      const stop = new AbortController();
      const ended = runner.run(stop.signal).then(() => this.forget(lease));
      this.sessions.set(lease.session, { runner, stop, ended });
    });
    this.commands.wake();
  }

  private forget(lease: Lease): void {
    if (this.sessions.get(lease.session)?.runner.lease === lease) this.sessions.delete(lease.session);
  }

  /** Sessions in which a user is linking a device are handed over last. */
  private handOver(count: number): void {
    const staying = [...this.sessions.values()].filter(({ stop }) => !stop.signal.aborted);
    const leaving = this.sessions.size - staying.length;
    const next = staying
      .toSorted((a, b) => Number(a.runner.isBusyLinking) - Number(b.runner.isBusyLinking))
      .slice(0, Math.max(0, Math.min(count, MAX_HANDED_OVER_AT_ONCE) - leaving));
    if (next.length > 0)
      this.log.info({ sessions: next.length, of: this.sessions.size }, 'Handing over sessions');
    for (const session of next) void this.release(session);
  }

  private async release({ runner, stop, ended }: HostedSession): Promise<void> {
    stop.abort();
    await ended;
    await this.leases
      .release(runner.lease)
      .catch((err: unknown) => this.log.warn({ err }, 'Releasing session lease failed'));
  }
}
