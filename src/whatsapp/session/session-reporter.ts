import { Injectable, Logger } from '@nestjs/common';
import qrcode from 'qrcode';
import { type SessionReport, SessionStateRepository } from '../../accounts/session-state.repository.js';
import type { SessionStatus } from '../../accounts/session-state.entity.js';
import { Ownership } from './ownership.js';

/** Writes the session's state where the API reads it, and shows the QR in the terminal. */
@Injectable()
export class SessionReporter {
  private readonly logger = new Logger(SessionReporter.name);
  /** Reports are written in the order in which they are made. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly ownership: Ownership,
    private readonly state: SessionStateRepository,
  ) {}

  /** What is not given is null: nothing wrong, nothing to scan, no attempt planned. */
  async report(status: SessionStatus, details: Partial<SessionReport> = {}): Promise<void> {
    const report = {
      reason: null,
      advice: null,
      closingCode: null,
      retryAt: null,
      qr: null,
      ...details,
      status,
    };
    await this.write(report);
    this.logger.log([`The session is ${status}.`, report.reason].filter(Boolean).join(' '));
  }

  /** A QR is good for 20 to 60 s; WhatsApp sends a new one in time. */
  async showQr(qr: string): Promise<void> {
    const details = {
      reason: 'Waits for a phone to scan the QR.',
      advice: 'Scan the QR at /session/qr.',
      qr,
    };
    await this.write({ closingCode: null, retryAt: null, ...details, status: 'linking' });
    const picture = await qrcode.toString(qr, { type: 'terminal', small: true });
    process.stdout.write(`\nWhatsApp > Settings > Linked devices > Link a device:\n${picture}\n`);
  }

  private async write(report: SessionReport): Promise<void> {
    const written = this.last.then(() => this.ownership.transaction((tx) => this.state.report(tx, report)));
    this.last = written.catch(() => {});
    await written;
  }
}
