import { Injectable } from '@nestjs/common';
import { Wakeup } from '../../kernel/async/wakeup.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { CommandNotifications } from '../../sessions/command-notifications.js';
import { CommandRefused } from '../../sessions/command-refused.js';
import type { SessionCommandKind } from '../../sessions/session-command.entity.js';
import { SessionCommandsRepository } from '../../sessions/session-commands.repository.js';
import { SessionNotFound } from '../../sessions/sessions.errors.js';
import { SessionNotAnswering } from './sessions-api.errors.js';

/** Longer than a command takes: it may wait for a connection, and then for WhatsApp's response. */
const TIMEOUT_MS = 40_000;
const POLL_EVERY_MS = 100;

/** Sends commands to the session role, through the database. */
@Injectable()
export class CommandSender {
  constructor(
    private readonly commands: SessionCommandsRepository,
    private readonly notifications: CommandNotifications,
  ) {}

  /**
   * @param timeoutMs how long to wait for the result; TIMEOUT_MS is enough for all commands
   * @returns the result of the command; null if it has none
   * @throws SessionNotFound, or CommandRefused with the reason of the session role
   * @throws SessionNotAnswering if no session process has completed the command in time
   */
  async send(
    session: SessionName,
    kind: SessionCommandKind,
    argument: string | null,
    timeoutMs = TIMEOUT_MS,
  ): Promise<string | null> {
    const wakeup = new Wakeup();
    const unsubscribe = this.notifications.subscribe((event, notified) => {
      if (event === 'finished' && notified === session) wakeup.wake();
    });
    try {
      const id = await this.commands.add(session, { kind, argument }, timeoutMs);
      if (id === null) throw new SessionNotFound(session);
      const result = this.waitForResult(session, id, wakeup, timeoutMs);
      return await result.finally(() => this.remove(session, id));
    } finally {
      unsubscribe();
    }
  }

  /** If this fails, the session role deletes the command when it has expired. */
  private async remove(session: SessionName, id: string): Promise<void> {
    await this.commands.remove(session, id).catch(() => {});
  }

  private async waitForResult(
    session: SessionName,
    id: string,
    wakeup: Wakeup,
    timeoutMs: number,
  ): Promise<string | null> {
    const giveUpAtMs = performance.now() + timeoutMs;
    for (;;) {
      const outcome = await this.commands.findOutcome(session, id);
      if (outcome?.doneAt) {
        const { error, errorKind, errorCode } = outcome;
        if (error) throw new CommandRefused(errorKind ?? 'conflict', errorCode ?? 'refused', error);
        return outcome.result;
      }
      const remainingMs = giveUpAtMs - performance.now();
      if (remainingMs <= 0) throw new SessionNotAnswering();
      await wakeup.pause(Math.min(remainingMs, this.notifications.pollDelayMs(POLL_EVERY_MS)));
    }
  }
}
