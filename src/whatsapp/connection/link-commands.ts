import { setTimeout as sleep } from 'node:timers/promises';
import { CommandRefused } from '../../sessions/command-refused.js';
import type { ExpiringText, PasskeyAssertion } from '../../sessions/link-offer.js';
import type { PendingCommand } from '../../sessions/session-commands.repository.js';
import type { LinkAttempt } from '../linking/link-attempt.js';
import { linkFailures } from '../linking/link-failure.js';
import type { LinkConnection } from './link-connection.js';

/** Together with the time for WhatsApp's response, this is less than the API waits (command-sender.ts). */
const READY_TIMEOUT_MS = 12_000;
const CHECK_EVERY_MS = 100;

/** The parts of a session that commands use. */
interface LinkSession {
  /** Returns the connection of the device that is to be linked; null if there is none at the moment. */
  current(): LinkConnection | null;
  isLinked(): Promise<boolean>;
  /** Ends the delay before the next connection. */
  hurry(): void;
  /** Replaces the connection of a waiting device if its client version is outdated. @returns whether it was replaced */
  renewClient(reason: 'refused' | 'suspected'): Promise<boolean>;
}

/** Argument of `passkey-assertion`. */
interface PasskeyProof {
  token: string;
  assertion: PasskeyAssertion;
}

/** Runs the API's commands for linking. */
export class LinkCommands {
  constructor(private readonly session: LinkSession) {}

  /**
   * @returns the result for the caller; null if there is none
   * @throws CommandRefused with the reason for the caller
   */
  async run({ kind, argument }: PendingCommand): Promise<string | null> {
    switch (kind) {
      case 'pairing-code':
        return JSON.stringify(await this.requestPairingCode(argument ?? ''));
      case 'passkey-assertion': {
        const { token, assertion } = JSON.parse(argument ?? '') as PasskeyProof;
        await this.ceremony().passkey.submit(token, assertion);
        return null;
      }
      case 'passkey-confirm':
        await this.ceremony().passkey.confirm(argument ?? '');
        return null;
      case 'passkey-cancel':
        this.ceremony().end(linkFailures.cancelled());
        return null;
      default:
        throw new CommandRefused('invalid', 'refused', `The session does not support the command ${kind}.`);
    }
  }

  private async requestPairingCode(phone: string): Promise<ExpiringText> {
    const { session } = this;
    if (await session.isLinked()) {
      throw new CommandRefused(
        'conflict',
        'account_linked',
        'An account is already linked. Unlink it first: DELETE /session.',
      );
    }
    // During a passkey ceremony, WhatsApp accepts nothing else over the connection.
    const blocked = session.current();
    if (blocked?.attempt.isConfirming) {
      blocked.attempt.end(linkFailures.cancelled());
      await blocked.closed;
      await sleep(CHECK_EVERY_MS);
    }
    const giveUpAtMs = performance.now() + READY_TIMEOUT_MS;
    // Only once, because delays are necessary while WhatsApp is unreachable.
    session.hurry();
    await session.renewClient('suspected');
    return this.requestCode(phone, giveUpAtMs);
  }

  /** Requests the code again if it is refused and a newer client version may be accepted. */
  private async requestCode(phone: string, giveUpAtMs: number): Promise<ExpiringText> {
    const ready = await this.whenReady(giveUpAtMs);
    try {
      return await ready.code.request(phone);
    } catch (error) {
      const isRefused = error instanceof CommandRefused && error.code === 'pairing_refused';
      if (!isRefused || !(await this.session.renewClient('refused'))) throw error;
      return (await this.whenReady(giveUpAtMs)).code.request(phone);
    }
  }

  /** @throws CommandRefused if WhatsApp is not ready in time */
  private async whenReady(giveUpAtMs: number): Promise<LinkAttempt> {
    const { session } = this;
    while (!session.current()?.attempt.isReady && performance.now() < giveUpAtMs) await sleep(CHECK_EVERY_MS);
    const attempt = session.current()?.attempt;
    if (attempt?.isReady) return attempt;
    throw new CommandRefused(
      'unavailable',
      'whatsapp_not_ready',
      'WhatsApp is not ready to link. /session shows the reason; try again when it shows a QR code.',
    );
  }

  /** @throws CommandRefused if no passkey ceremony is in progress */
  private ceremony(): LinkAttempt {
    const attempt = this.session.current()?.attempt;
    if (attempt?.isConfirming) return attempt;
    throw new CommandRefused(
      'conflict',
      'no_passkey',
      'No passkey request is active. /session shows the progress of linking.',
    );
  }
}
