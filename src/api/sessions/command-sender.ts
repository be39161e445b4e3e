import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandRefused } from '../../sessions/command-refused.js';
import type { SessionCommandKind } from '../../sessions/session-command.entity.js';
import { SessionCommandsRepository } from '../../sessions/session-commands.repository.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { SessionNotFound } from '../../sessions/sessions.errors.js';
import { SessionNotAnswering } from './sessions-api.errors.js';

/** Longer than a command takes at most: it may wait for a connection, and then for WhatsApp's answer. */
const TIMEOUT_MS = 40_000;
const POLL_EVERY_MS = 100;

/** Sends commands of the API to the session role; the two meet in the database alone. */
@Injectable()
export class CommandSender {
  constructor(private readonly commands: SessionCommandsRepository) {}

  /**
   * @returns what the session role answers
   * @throws SessionNotFound, or CommandRefused with the reason of the session role
   * @throws SessionNotAnswering when no session role took the command, or finished it in time
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
      // The session role deletes it if this fails.
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
