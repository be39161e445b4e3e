import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Listener } from '../database/listener.js';
import type { SessionName } from '../kernel/identifiers/session-name.js';
import {
  COMMAND_CHANNEL,
  type CommandEvent,
  SessionCommandsRepository,
} from './session-commands.repository.js';

/** Poll interval while notifications are received. Polling then only replaces lost notifications. */
const POLL_WHEN_NOTIFIED_MS = 2_000;
/** Without a notification for this long, not even from this process to itself, notifications are considered lost. */
const LOST_AFTER_MS = 3 * POLL_WHEN_NOTIFIED_MS;

type Handler = (event: CommandEvent, session: SessionName) => void;

/** Receives Postgres notifications about commands, and checks whether they are received at all. */
@Injectable()
export class CommandNotifications {
  private readonly handlers = new Set<Handler>();
  private readonly ping = `ping ${randomUUID()}`;
  private pinging: Promise<void> | null = null;
  private pingedAtMs = -Infinity;
  private receivedAtMs = -Infinity;

  constructor(
    private readonly listener: Listener,
    private readonly commands: SessionCommandsRepository,
  ) {}

  /** @returns a function that removes the handler */
  subscribe(handle: Handler): () => void {
    this.listener.listen(COMMAND_CHANNEL, (payload) => this.received(payload));
    this.handlers.add(handle);
    return () => this.handlers.delete(handle);
  }

  /**
   * Returns how long to wait for a notification before the next poll.
   *
   * @param pollMs poll interval while notifications are not received, for example behind a connection pooler
   */
  pollDelayMs(pollMs: number): number {
    const nowMs = performance.now();
    if (nowMs - this.pingedAtMs >= POLL_WHEN_NOTIFIED_MS) this.sendPing(nowMs);
    return nowMs - this.receivedAtMs < LOST_AFTER_MS ? POLL_WHEN_NOTIFIED_MS : pollMs;
  }

  private sendPing(nowMs: number): void {
    if (this.pinging) return;
    this.pingedAtMs = nowMs;
    this.pinging = this.commands
      .notify(this.ping)
      // The poll that follows reports an unavailable database.
      .catch(() => {})
      .finally(() => (this.pinging = null));
  }

  private received(payload: string): void {
    const [event, session] = payload.split(' ');
    // Pings of other processes do not show that this process can send.
    if (event === 'ping' && payload !== this.ping) return;
    this.receivedAtMs = performance.now();
    if (event === 'added' || event === 'finished')
      for (const handle of this.handlers) handle(event, session as SessionName);
  }
}
