import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { LastingFailure } from '../kernel/errors/lasting-failure.js';
import { Secrets } from './secrets.js';
import { SecretsError } from './secrets.errors.js';
import { SecretsRepository } from './secrets.repository.js';

/** Repeats because a process with older keys may have written in the meantime. */
const LOOK_AGAIN_AFTER_MS = 60 * 60_000;
/** After a pass that skipped rows that were being written, or found rows to encrypt. */
const PASS_AGAIN_AFTER_MS = 5_000;
/** While a process that writes plaintext is alive. It has to be restarted with the key. */
const PLAINTEXT_WRITER_AGAIN_AFTER_MS = 30_000;
/** Maximum delay until an API process rejects plaintext after the first complete pass of a session process. */
const FOLLOW_EVERY_MS = 60_000;

/** Checks the supplied keys against the database, and encrypts all secrets with the first of them. */
@Injectable()
export class SecretKeys {
  private readonly logger = new Logger(SecretKeys.name);
  private readonly sealing = new LastingFailure(this.logger, 'Encrypting secrets');

  constructor(
    private readonly secrets: Secrets,
    private readonly repository: SecretsRepository,
  ) {}

  /**
   * Checks that all secrets in the database can be read, before anything is read or written.
   * @throws SecretsError when a key is missing
   */
  async require(): Promise<void> {
    const used = await this.repository.findKeyIds();
    const unknown = used.filter((id) => !this.secrets.has(id));
    if (unknown.length > 0) {
      throw new SecretsError(
        `The credentials in this database are encrypted with the key ${unknown.join(' and ')}, ` +
          (this.secrets.currentId
            ? 'which is none of those in ENCRYPTION_KEY. Add it behind a comma to change keys, or correct it.'
            : 'but ENCRYPTION_KEY is not set. Set it to the key that was used before.') +
          ' Nothing was changed.',
      );
    }
    if (await this.repository.isComplete()) this.secrets.rejectPlaintext();
  }

  /** Records that this process encrypts with its current key, so that no process starts without it. */
  async register(): Promise<void> {
    if (this.secrets.currentId) await this.repository.addKeyId(this.secrets.currentId);
  }

  /** Rejects plaintext as soon as a session process has encrypted everything. Never throws. */
  async followCompletion(signal: AbortSignal): Promise<void> {
    while (this.secrets.currentId && !this.secrets.rejectsPlaintext && !signal.aborted) {
      await sleep(FOLLOW_EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
      if (await this.repository.isComplete().catch(() => false)) this.secrets.rejectPlaintext();
    }
  }

  /** Encrypts secrets in the background that are not encrypted with the current key. Continues where it was stopped. */
  async keepSealed(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pauseMs = await this.sealAll(signal).catch((error: unknown) => {
        if (!signal.aborted) this.sealing.failed(error);
        return PASS_AGAIN_AFTER_MS;
      });
      if (pauseMs === null) return;
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  /** @returns the pause until the next pass; null without a key */
  private async sealAll(signal: AbortSignal): Promise<number | null> {
    const { currentId, currentPrefix } = this.secrets;
    if (!currentId || !currentPrefix) return null;
    const reseal = (text: string, row: Parameters<Secrets['open']>[1]) =>
      this.secrets.seal(this.secrets.open(text, row), row);
    const { sealed, isComplete } = await this.repository.resealAll(currentPrefix, reseal, signal);
    this.sealing.worked();
    if (!isComplete) return PASS_AGAIN_AFTER_MS;
    const former = (await this.repository.findKeyIds()).filter((id) => id !== currentId);
    await this.repository.keepOnlyKeyId(currentId);
    if (sealed > 0 || former.length > 0)
      this.logger.log(
        `All secrets are encrypted with the key ${currentId} (${sealed} anew)` +
          (former.length > 0 ? `; ${former.join(' and ')} is not needed any more.` : '.'),
      );
    if (this.secrets.rejectsPlaintext) return LOOK_AGAIN_AFTER_MS;
    return this.complete(currentId, sealed);
  }

  /** Rejects plaintext from now on, unless a process may still have written some. @returns the pause until the next pass */
  private async complete(currentId: string, sealed: number): Promise<number> {
    if (sealed > 0) return PASS_AGAIN_AFTER_MS;
    if (!(await this.repository.markComplete(currentId))) return PLAINTEXT_WRITER_AGAIN_AFTER_MS;
    this.secrets.rejectPlaintext();
    this.logger.log('Rejecting secrets that are not encrypted from now on');
    return LOOK_AGAIN_AFTER_MS;
  }
}
