import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import pTimeout from 'p-timeout';
import { LastingFailure } from '../../kernel/errors/lasting-failure.js';
import { CommandRefused } from '../../sessions/command-refused.js';
import {
  type CommandResult,
  type PendingCommand,
  SessionCommandsRepository,
  type WaitingCommand,
} from '../../sessions/session-commands.repository.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import type { Lease } from '../lease/lease.js';
import { LeaseHolder } from '../lease/lease-holder.js';

const POLL_EVERY_MS = 300;
const DELETE_EXPIRED_EVERY_MS = 10_000;
/** A database that has gone without a word must not keep all sessions waiting. */
const ANSWER_TIMEOUT_MS = 10_000;

/** A session that this process holds, as far as commands go. */
export interface CommandTarget {
  readonly lease: Lease;
  /** What it throws is told to the caller as the reason. */
  doCommand(command: PendingCommand): Promise<string | null>;
}

/** Takes the API's commands to the sessions of this process out of the database, one at a time for each session. */
@Injectable()
export class CommandPoller {
  private readonly logger = new Logger(CommandPoller.name);
  private readonly polling = new LastingFailure(this.logger, 'Polling for commands');
  private readonly busy = new Set<SessionName>();

  constructor(
    private readonly commands: SessionCommandsRepository,
    private readonly leases: LeaseHolder,
  ) {}

  /** Polls and deletes expired commands until stopped, with one statement each for all sessions. */
  async run(find: (session: SessionName) => CommandTarget | undefined, stop: AbortSignal): Promise<void> {
    await Promise.all([this.poll(find, stop), this.deleteExpired(stop)]);
  }

  private async poll(
    find: (session: SessionName) => CommandTarget | undefined,
    stop: AbortSignal,
  ): Promise<void> {
    while (!stop.aborted) {
      try {
        const found = this.commands.findWaiting(this.leases.processId);
        for (const command of await pTimeout(found, { milliseconds: ANSWER_TIMEOUT_MS })) {
          const target = find(command.session);
          if (target && !this.busy.has(command.session)) void this.serve(command, target);
        }
        this.polling.worked();
      } catch (error) {
        this.polling.failed(error);
      }
      await sleep(POLL_EVERY_MS, undefined, { signal: stop }).catch(() => {});
    }
  }

  private async deleteExpired(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      // Polling reports a database that is unavailable.
      await this.commands.deleteExpired().catch(() => {});
      await sleep(DELETE_EXPIRED_EVERY_MS, undefined, { signal: stop }).catch(() => {});
    }
  }

  private async serve(command: WaitingCommand, target: CommandTarget): Promise<void> {
    const { session, kind } = command;
    this.busy.add(session);
    try {
      await this.serveOne(command, target);
    } catch (error) {
      this.logger.warn(`Cannot run command ${kind} of session ${session}: ${(error as Error).message}`);
    } finally {
      this.busy.delete(session);
    }
  }

  private async serveOne(command: WaitingCommand, target: CommandTarget): Promise<void> {
    const taken = await target.lease.transaction((tx) => this.commands.take(tx, command));
    if (!taken) return;
    this.logger.log(`Running command ${command.kind} of session ${command.session}`);
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
    sealed: string | null,
    target: CommandTarget,
  ): Promise<string | null> {
    return target.doCommand({ ...command, argument: this.commands.openArgument(command, sealed) });
  }
}
