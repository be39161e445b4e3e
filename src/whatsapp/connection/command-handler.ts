import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CommandResult,
  type PendingCommand,
  SessionCommandsRepository,
} from '../../sessions/session-commands.repository.js';
import { DomainError } from '../../errors/domain-error.js';
import { Lease } from '../lease/lease.js';

const LOOK_EVERY_MS = 300;

/** Does one command. What it throws is told to the caller as the reason. */
export type DoCommand = (command: PendingCommand) => Promise<string | null>;

/** Takes the API's commands out of the database, one at a time, and writes their outcome there. */
@Injectable()
export class CommandHandler {
  private readonly logger = new Logger(CommandHandler.name);

  constructor(
    private readonly commands: SessionCommandsRepository,
    private readonly lease: Lease,
  ) {}

  /** Serves until over is aborted. */
  async serve(doCommand: DoCommand, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      try {
        if (await this.commands.hasPending()) await this.serveOne(doCommand);
      } catch (error) {
        this.logger.warn(`Cannot poll for commands: ${(error as Error).message}`);
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal: over }).catch(() => {});
    }
  }

  private async serveOne(doCommand: DoCommand): Promise<void> {
    const command = await this.lease.transaction((tx) => this.commands.take(tx));
    if (!command) return;
    this.logger.log(`Running command ${command.kind}`);
    const outcome: CommandResult = await doCommand(command).then(
      (result) => ({ result }),
      (error: unknown) => ({
        error: (error as Error).message,
        errorKind: error instanceof DomainError ? error.kind : 'conflict',
      }),
    );
    await this.lease.transaction((tx) => this.commands.finish(tx, command.id, outcome));
  }
}
