import { Injectable } from '@nestjs/common';
import pTimeout from 'p-timeout';
import { repeat } from '../../kernel/async/repeat.js';
import { Wakeup } from '../../kernel/async/wakeup.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { FailureLog } from '../../kernel/logging/failure-log.js';
import { Log } from '../../kernel/logging/log.js';
import { CommandNotifications } from '../../sessions/command-notifications.js';
import { CommandRefused } from '../../sessions/command-refused.js';
import {
  type CommandResult,
  type PendingCommand,
  SessionCommandsRepository,
  type WaitingCommand,
} from '../../sessions/session-commands.repository.js';
import type { Lease } from '../lease/lease.js';
import { LeaseHolder } from '../lease/lease-holder.js';

const POLL_EVERY_MS = 300;
const DELETE_EXPIRED_EVERY_MS = 10_000;
/** A database that does not respond must not block all sessions. */
const QUERY_TIMEOUT_MS = 10_000;

/** A session that accepts commands. */
export interface CommandTarget {
  readonly lease: Lease;
  /** @throws Error whose message is returned to the caller */
  doCommand(command: PendingCommand): Promise<string | null>;
}

type FindTarget = (session: SessionName) => CommandTarget | undefined;

/** Runs the API's commands for the sessions of this process, one at a time for each session. */
@Injectable()
export class CommandPoller {
  private readonly log = new Log(CommandPoller.name);
  private readonly polling = new FailureLog(this.log, 'Polling for commands');
  private readonly deleting = new FailureLog(this.log, 'Deleting expired commands');
  private readonly busy = new Set<SessionName>();
  private readonly wakeup = new Wakeup();

  constructor(
    private readonly commands: SessionCommandsRepository,
    private readonly notifications: CommandNotifications,
    private readonly leases: LeaseHolder,
  ) {}

  /** Polls now. Call this when a session has started: its commands were notified earlier. */
  wake(): void {
    this.wakeup.wake();
  }

  /** Polls and deletes expired commands until `stop` is aborted, with one statement each for all sessions. */
  async run(find: FindTarget, stop: AbortSignal): Promise<void> {
    const options = { everyMs: DELETE_EXPIRED_EVERY_MS, signal: stop, failure: this.deleting };
    const deleteExpired = () => pTimeout(this.commands.deleteExpired(), { milliseconds: QUERY_TIMEOUT_MS });
    await Promise.all([this.poll(find, stop), repeat(options, deleteExpired)]);
  }

  /** Polls after each notification, and regularly, because notifications may be lost. */
  private async poll(find: FindTarget, stop: AbortSignal): Promise<void> {
    stop.addEventListener('abort', () => this.wake(), { once: true });
    const unsubscribe = this.notifications.subscribe((event, session) => {
      if (event === 'added' && find(session)) this.wake();
    });
    while (!stop.aborted) {
      try {
        const found = this.commands.findWaiting(this.leases.processId);
        for (const command of await pTimeout(found, { milliseconds: QUERY_TIMEOUT_MS })) {
          const target = find(command.session);
          if (target && !this.busy.has(command.session)) void this.serve(command, target);
        }
        this.polling.recovered();
      } catch (error) {
        this.polling.failed(error);
      }
      await this.wakeup.pause(this.notifications.pollDelayMs(POLL_EVERY_MS));
    }
    unsubscribe();
  }

  private async serve(command: WaitingCommand, target: CommandTarget): Promise<void> {
    const { session, kind } = command;
    this.busy.add(session);
    try {
      await this.serveOne(command, target);
      // The next command of this session may be waiting.
      this.wake();
    } catch (err) {
      this.log.warn({ err, kind, session }, 'Running command failed');
    } finally {
      this.busy.delete(session);
    }
  }

  private async serveOne(command: WaitingCommand, target: CommandTarget): Promise<void> {
    const { session, kind } = command;
    const taken = await target.lease.transaction((tx) => this.commands.take(tx, command));
    if (!taken) return;
    this.log.info({ kind, session }, 'Running command');
    const outcome: CommandResult = await this.doCommand(command, taken.argument, target).then(
      (result) => ({ result }),
      (error: unknown) => ({
        error: (error as Error).message,
        errorKind: error instanceof CommandRefused ? error.kind : 'conflict',
        errorCode: error instanceof CommandRefused ? error.code : 'refused',
      }),
    );
    await target.lease.transaction((tx) => this.commands.finish(tx, command, outcome));
  }

  private async doCommand(
    command: WaitingCommand,
    encrypted: string | null,
    target: CommandTarget,
  ): Promise<string | null> {
    return target.doCommand({ ...command, argument: this.commands.openArgument(command, encrypted) });
  }
}
