import { Logger } from '@nestjs/common';
import { Mutex } from 'async-mutex';
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';
import pTimeout from 'p-timeout';
import qrcode from 'qrcode';
import type { ClientVersion } from '../../sessions/client-version.js';
import type { ReasonCode } from '../../sessions/reason-code.js';
import type { LinkOffer } from '../../sessions/link-offer.js';
import type { SessionReport, SessionStateRepository } from '../../sessions/session-state.repository.js';
import type { SessionStatus } from '../../sessions/session.entity.js';
import type { LinkFailure } from '../linking/link-failure.js';
import { isRefusal } from '../../database/database-errors.js';
import { DEFAULT_SESSION } from '../../kernel/identifiers/session-name.js';
import type { Lease } from '../lease/lease.js';

const STDOUT = 1;
const TRY_AGAIN_MS = 1_000;
/** While the database is away, a write waits by itself; longer than that it has been forgotten by something below. */
const WRITTEN_WITHIN_MS = 30_000;

/** Writes a session's state where the API reads it, and shows the default session's QR codes in the terminal. */
export class SessionReporter {
  private readonly logger = new Logger(SessionReporter.name);
  /** Reports are written in the order in which they are made. */
  private readonly writes = new Mutex();
  private attempt = 0;
  private lastQr: string | null = null;
  /** The version of the current connection, part of every report; null before the first connection. */
  clientVersion: ClientVersion | null = null;

  constructor(
    private readonly lease: Lease,
    private readonly state: SessionStateRepository,
  ) {}

  /** What is not given is null: nothing wrong, nothing to scan, no attempt planned. */
  async report(status: SessionStatus, details: Partial<SessionReport> = {}): Promise<void> {
    const report = {
      reasonCode: null,
      reason: null,
      advice: null,
      retryAt: null,
      linkOffer: null,
      clientVersion: this.clientVersion,
      ...details,
      status,
    };
    await this.write(report);
    this.logger.log([`The session is ${status}.`, report.reason].filter(Boolean).join(' '));
  }

  /**
   * Shows what a person can link with.
   * @param lastFailure why the attempt before came to nothing, told until the next one is begun; null when there was none
   */
  async showOffer(offer: LinkOffer, lastFailure: LinkFailure | null): Promise<void> {
    const { code, step, advice } = stepOf(offer);
    const isBegun = offer.pairingCode !== null || offer.passkey !== null;
    const failure = isBegun ? null : lastFailure;
    await this.write({
      status: 'linking',
      reasonCode: failure?.code ?? code,
      reason: failure ? `${failure.message} ${step}` : step,
      advice,
      retryAt: null,
      linkOffer: offer,
      clientVersion: this.clientVersion,
    });
    await this.print(offer, advice);
  }

  private async print({ qr, passkey }: LinkOffer, advice: string | null): Promise<void> {
    if (passkey && passkey.step !== 'waiting') this.logger.log(advice);
    const text = qr?.text ?? null;
    const before = this.lastQr;
    this.lastQr = text;
    if (text === null || text === before || this.lease.session !== DEFAULT_SESSION) return;
    if (!isatty(STDOUT)) {
      if (before === null) this.logger.log('Scan the QR code at /session/qr to link an account.');
      return;
    }
    const picture = await qrcode.toString(text, { type: 'terminal', small: true });
    // Writes to the file descriptor like the log, because process.stdout is guarded (src/kernel/logging/guard-output.ts).
    writeSync(STDOUT, `\nWhatsApp > Settings > Linked devices > Link a device:\n${picture}\n`);
  }

  /** Tries until it is written: the state of a session that is well may not change for days. */
  private async write(report: SessionReport): Promise<void> {
    const { lease } = this;
    await this.writes.runExclusive(async () => {
      for (;;) {
        try {
          await pTimeout(this.tryToWrite(report), { milliseconds: WRITTEN_WITHIN_MS });
          return;
        } catch (error) {
          if (!lease.isHeld || isRefusal(error)) throw error;
          this.logger.warn(`Cannot report that the session is ${report.status}: ${(error as Error).message}`);
          await sleep(TRY_AGAIN_MS);
        }
      }
    });
  }

  /** An attempt that was given up writes nothing when it comes to life again: it would overwrite what is newer. */
  private tryToWrite(report: SessionReport): Promise<void> {
    const attempt = ++this.attempt;
    const { lease } = this;
    return lease.transaction(async (tx) => {
      if (attempt === this.attempt) await this.state.report(tx, lease.session, report);
    });
  }
}

interface Step {
  code: ReasonCode;
  step: string;
  advice: string | null;
}

/** Which step of linking is next, and what to do about it. */
function stepOf({ qr, pairingCode, passkey }: LinkOffer): Step {
  switch (passkey?.step) {
    case 'assertion':
      return {
        code: 'passkey_assertion',
        step: "WhatsApp asks for the account's passkey.",
        advice: 'Confirm the link with the passkey: GET /session/passkey says how; see also docs/linking.md.',
      };
    case 'compare':
      return {
        code: 'passkey_compare',
        step: 'Waiting for somebody to compare the code at /session with the one on the phone.',
        advice:
          'If the codes are the same, confirm with POST /session/passkey/confirm; otherwise DELETE /session/passkey.',
      };
    case 'waiting':
      return { code: 'passkey_waiting', step: 'The passkey was sent; waiting for the phone.', advice: null };
  }
  if (pairingCode) {
    return {
      code: 'waiting_for_code_entry',
      step: 'Waiting for the pairing code to be entered on the phone.',
      advice: 'WhatsApp > Settings > Linked devices > Link a device > Link with phone number instead.',
    };
  }
  if (qr) {
    return {
      code: 'waiting_for_scan',
      step: 'Waiting for a phone to scan the QR code.',
      advice: 'Scan the QR code at /session/qr, or ask for a pairing code.',
    };
  }
  return { code: 'waiting_for_whatsapp', step: 'Waiting for WhatsApp.', advice: null };
}
