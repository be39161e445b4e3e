import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { CommandRefused } from '../../sessions/command-refused.js';
import type { SessionCommandKind } from '../../sessions/session-command.entity.js';
import { SessionCommandsRepository } from '../../sessions/session-commands.repository.js';
import { SessionNotFound } from '../../sessions/sessions.errors.js';
import { SessionNotAnswering } from './sessions-api.errors.js';

/** Longer than any command: it may wait for a connection, and then for WhatsApp's response. */
const TIMEOUT_MS = 40_000;
const POLL_EVERY_MS = 100;

/** Sends commands to the process that runs a session, through the database. */
@Injectable()
export class CommandSender {
  constructor(private readonly commands: SessionCommandsRepository) {}

  /**
   * Sends a command and waits for its result.
   *
   * @throws SessionNotFound
   * @throws CommandRefused with the reason
   * @throws SessionNotAnswering if no process has completed the command in time
   */
  async send(
    session: SessionName,
    kind: SessionCommandKind,
    argument: string | null,
  ): Promise<string | null> {
    const id = await this.commands.add(session, { kind, argument }, TIMEOUT_MS);
    if (id === null) throw new SessionNotFound(session);
    try {
      return await this.waitForResult(session, id);
    } finally {
      // If this fails, the session process deletes the command.
      await this.commands.remove(session, id).catch(() => {});
    }
  }

  private async waitForResult(session: SessionName, id: string): Promise<string | null> {
    const giveUpAt = Date.now() + TIMEOUT_MS;
    while (Date.now() < giveUpAt) {
      const outcome = await this.commands.findOutcome(session, id);
      if (outcome?.doneAt) {
        const { error, errorKind, errorCode } = outcome;
        if (error) throw new CommandRefused(errorKind ?? 'conflict', errorCode ?? 'refused', error);
        return outcome.result;
      }
      await sleep(POLL_EVERY_MS);
    }
    throw new SessionNotAnswering();
  }
}
