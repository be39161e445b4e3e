import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';
import { Mutex } from 'async-mutex';
import pTimeout from 'p-timeout';
import { isRefusal } from '../../database/database-errors.js';
import { DEFAULT_SESSION } from '../../kernel/identifiers/session-name.js';
import { FailureLog } from '../../kernel/logging/failure-log.js';
import { Log } from '../../kernel/logging/log.js';
import type { NextStep } from '../../kernel/logging/next-step.js';
import type { ClientVersion } from '../../sessions/client-version.js';
import { LINK_A_DEVICE, type LinkOffer } from '../../sessions/link-offer.js';
import type { ReasonCode } from '../../sessions/reason-code.js';
import type { SessionStatus } from '../../sessions/session.entity.js';
import type { SessionReport, SessionStateRepository } from '../../sessions/session-state.repository.js';
import type { Lease } from '../lease/lease.js';
import type { LinkFailure } from '../linking/link-failure.js';

const STDOUT = 1;
const RETRY_AFTER_MS = 1_000;
/** While the database is unavailable, a write waits; after this time it is considered lost in a lower layer. */
const WRITE_TIMEOUT_MS = 30_000;

/** Shared by all sessions of the thread, because an outage affects all of them. */
const writing = new FailureLog(new Log('SessionReporter'), 'Reporting session status');

/** Writes a session's state for the API, and shows the default session's QR codes in the terminal. */
export class SessionReporter {
  private readonly log = new Log(SessionReporter.name);
  /** Preserves the order of reports. */
  private readonly writes = new Mutex();
  private attempt = 0;
  /** Status and reason of the problem that was logged last; null if the session has worked since. */
  private problem: string | null = null;
  private lastQr: string | null = null;
  /** The version of the current connection, part of every report; null before the first connection. */
  clientVersion: ClientVersion | null = null;

  constructor(
    private readonly lease: Lease,
    private readonly state: SessionStateRepository,
    private readonly nextStep: NextStep,
  ) {}

  /** @param details null by default: no problem, no way to link, no planned attempt */
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
    this.logState(report);
    this.nextStep.announce();
  }

  /** Logs a problem as a warning with advice, once for all attempts that end in the same way. */
  private logState({ status, reasonCode, reason, advice }: SessionReport): void {
    const isAttempt = status === 'connecting' && reasonCode === null;
    const problem = reasonCode ? `${status} ${reasonCode}` : isAttempt ? this.problem : null;
    const isRepeated = problem !== null && problem === this.problem;
    this.problem = problem;
    const values = { status, ...(reasonCode && { reasonCode, reason, ...(advice && { advice }) }) };
    this.log[isRepeated ? 'debug' : problem ? 'warn' : 'info'](values, 'Session status changed');
  }

  async reportFailure(
    status: SessionStatus,
    { code: reasonCode, message: reason, advice }: LinkFailure,
  ): Promise<void> {
    await this.report(status, { reasonCode, reason, advice });
  }

  /**
   * Reports the ways to link the device.
   *
   * @param lastFailure why the previous attempt failed, reported until a user begins the next one; null if there was
   * none
   */
  async showOffer(offer: LinkOffer, lastFailure: LinkFailure | null): Promise<void> {
    const { code, step, advice } = stepOf(offer);
    const isBegun = offer.pairingCode !== null || offer.isCodeEntered || offer.passkey !== null;
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
    this.problem = null;
    await this.print(offer, code);
    this.nextStep.announce();
  }

  private async print({ qr, passkey }: LinkOffer, reasonCode: ReasonCode): Promise<void> {
    if (passkey && passkey.step !== 'waiting')
      this.log.info({ reasonCode }, 'Passkey required, see /session');
    const text = qr?.text ?? null;
    const before = this.lastQr;
    this.lastQr = text;
    if (text === null || text === before || this.lease.session !== DEFAULT_SESSION) return;
    if (!isatty(STDOUT)) {
      if (before === null) this.log.info({}, 'Scan the QR code at /session/qr to link an account.');
      return;
    }
    const { default: qrcode } = await import('qrcode');
    const picture = await qrcode.toString(text, { type: 'terminal', small: true });
    // Writes to the file descriptor like the log, because process.stdout is guarded
    // (src/kernel/logging/guard-output.ts).
    writeSync(STDOUT, `\n${LINK_A_DEVICE}:\n${picture}\n`);
  }

  /** Retries until the report is written, because the next one may follow days later. */
  private async write(report: SessionReport): Promise<void> {
    const { lease } = this;
    await this.writes.runExclusive(async () => {
      for (;;) {
        try {
          await pTimeout(this.tryToWrite(report), { milliseconds: WRITE_TIMEOUT_MS });
          writing.recovered();
          return;
        } catch (err) {
          if (!lease.isHeld || isRefusal(err)) throw err;
          writing.failed(err);
          await sleep(RETRY_AFTER_MS);
        }
      }
    });
  }

  /** An attempt that has timed out writes nothing later, so that it does not overwrite a newer report. */
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

/** Returns the next step of linking, and what the user has to do. */
function stepOf({ qr, pairingCode, isCodeEntered, passkey }: LinkOffer): Step {
  switch (passkey?.step) {
    case 'assertion':
      return {
        code: 'passkey_assertion',
        step: "WhatsApp requests the account's passkey.",
        advice: 'Confirm the link with the passkey: see GET /session/passkey and docs/linking.md.',
      };
    case 'compare':
      return {
        code: 'passkey_compare',
        step: 'Waiting for you to compare the code at /session with the code on the phone.',
        advice:
          'If the codes match, confirm with POST /session/passkey/confirm; otherwise DELETE /session/passkey.',
      };
    case 'waiting':
      return { code: 'passkey_waiting', step: 'The passkey was sent. Waiting for the phone.', advice: null };
  }
  if (pairingCode) {
    return {
      code: 'waiting_for_code_entry',
      step: 'Waiting for the pairing code to be entered on the phone.',
      advice: `${LINK_A_DEVICE} > Link with phone number instead.`,
    };
  }
  if (isCodeEntered) {
    return {
      code: 'waiting_for_phone',
      step: 'A pairing code was entered on the phone. Waiting for the phone to complete the link.',
      advice: 'If the phone shows an error, the code was mistyped: request a new one.',
    };
  }
  if (qr) {
    return {
      code: 'waiting_for_scan',
      step: 'Waiting for a phone to scan the QR code.',
      advice: 'Scan the QR code at /session/qr, or request a pairing code.',
    };
  }
  return { code: 'waiting_for_whatsapp', step: 'Waiting for WhatsApp.', advice: null };
}
