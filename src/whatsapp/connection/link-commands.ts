import { setTimeout as sleep } from 'node:timers/promises';
import { CommandRefused } from '../../sessions/command-refused.js';
import type { PasskeyAssertion } from '../../sessions/link-offer.js';
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
    // Once: when WhatsApp cannot be reached, the pauses are there for a reason.
    session.hurry();
    const giveUpAtMs = performance.now() + READY_TIMEOUT_MS;
    while (!session.current()?.isReady && performance.now() < giveUpAtMs) await sleep(LOOK_EVERY_MS);
    const ready = session.current();
    if (!ready?.isReady) {
      throw new CommandRefused(
        'unavailable',
        'whatsapp_not_ready',
        'WhatsApp is not ready to link. /session says why; try again when it shows a QR code.',
      );
    }
    return JSON.stringify(await ready.requestPairingCode(phone));
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
