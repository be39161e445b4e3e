import { setTimeout as sleep } from 'node:timers/promises';
import { CommandRefused } from '../../sessions/command-refused.js';
import type { ExpiringText, PasskeyAssertion } from '../../sessions/link-offer.js';
import type { PendingCommand } from '../../sessions/session-commands.repository.js';
import type { LinkConnection } from './link-connection.js';

/** Together with the time for WhatsApp's answer, somewhat less than the API waits (command-sender.ts). */
const READY_TIMEOUT_MS = 12_000;
const LOOK_EVERY_MS = 100;

/** What the commands need of the session. */
interface LinkSession {
  /** The connection over which a device waits to be linked; null when there is none at the moment. */
  current(): LinkConnection | null;
  isLinked(): Promise<boolean>;
  /** Ends a pause between two attempts. */
  hurry(): void;
  /** Replaces the connection over which a device waits if its client version is outdated; whether it was replaced. */
  renewClient(reason: 'refused' | 'suspected'): Promise<boolean>;
}

/** What the API hands over from a browser. */
interface PasskeyProof {
  token: string;
  assertion: PasskeyAssertion;
}

/** The API's commands that belong to linking. */
export class LinkCommands {
  constructor(private readonly session: LinkSession) {}

  /** @throws CommandRefused with the reason for the caller */
  async run({ kind, argument }: PendingCommand): Promise<string | null> {
    switch (kind) {
      case 'pairing-code':
        return this.requestPairingCode(argument ?? '');
      case 'passkey-assertion': {
        const { token, assertion } = JSON.parse(argument ?? '') as PasskeyProof;
        await this.ceremony().submitAssertion(token, assertion);
        return null;
      }
      case 'passkey-confirm':
        await this.ceremony().confirmPasskey(argument ?? '');
        return null;
      case 'passkey-cancel':
        this.ceremony().cancelPasskey();
        return null;
      default:
        throw new CommandRefused('invalid', 'refused', `The session does not know the command ${kind}.`);
    }
  }

  private async requestPairingCode(phone: string): Promise<string> {
    const { session } = this;
    if (await session.isLinked()) {
      throw new CommandRefused(
        'conflict',
        'account_linked',
        'An account is linked already. Unlink it first: DELETE /session.',
      );
    }
    // Over a connection with a passkey ceremony WhatsApp takes nothing else.
    const blocked = session.current();
    if (blocked?.isConfirming) {
      blocked.cancelPasskey();
      await blocked.closed;
      await sleep(LOOK_EVERY_MS);
    }
    const giveUpAtMs = performance.now() + READY_TIMEOUT_MS;
    // Once: when WhatsApp cannot be reached, the pauses are there for a reason.
    session.hurry();
    await session.renewClient('suspected');
    return JSON.stringify(await this.requestCode(phone, giveUpAtMs));
  }

  /** Requests the code again if it is refused and a newer client version may be accepted. */
  private async requestCode(phone: string, giveUpAtMs: number): Promise<ExpiringText> {
    const ready = await this.whenReady(giveUpAtMs);
    try {
      return await ready.requestPairingCode(phone);
    } catch (error) {
      const isRefused = error instanceof CommandRefused && error.code === 'pairing_refused';
      if (!isRefused || !(await this.session.renewClient('refused'))) throw error;
      return (await this.whenReady(giveUpAtMs)).requestPairingCode(phone);
    }
  }

  /** @throws CommandRefused when WhatsApp is not ready in time */
  private async whenReady(giveUpAtMs: number): Promise<LinkConnection> {
    const { session } = this;
    while (!session.current()?.isReady && performance.now() < giveUpAtMs) await sleep(LOOK_EVERY_MS);
    const ready = session.current();
    if (ready?.isReady) return ready;
    throw new CommandRefused(
      'unavailable',
      'whatsapp_not_ready',
      'WhatsApp is not ready to link. /session says why; try again when it shows a QR code.',
    );
  }

  /** @throws CommandRefused when no passkey ceremony is under way */
  private ceremony(): LinkConnection {
    const current = this.session.current();
    if (current?.isConfirming) return current;
    throw new CommandRefused(
      'conflict',
      'no_passkey',
      'No passkey ceremony is under way. /session says how far linking is.',
    );
  }
}
