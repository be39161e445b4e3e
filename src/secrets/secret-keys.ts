import { Injectable } from '@nestjs/common';
import { pause } from '../kernel/async/pause.js';
import { FailureLog } from '../kernel/logging/failure-log.js';
import { Log } from '../kernel/logging/log.js';
import { SecretsError } from './secrets.errors.js';
import { Secrets } from './secrets.js';
import { SecretsRepository } from './secrets.repository.js';

/** A process with previous keys may have written in the meantime. */
const REPEAT_AFTER_MS = 60 * 60_000;
/** After a pass that skipped locked rows, or found rows to encrypt. */
const CONTINUE_AFTER_MS = 5_000;
/** While a process that writes plaintext is alive. It has to be restarted with the key. */
const PLAINTEXT_WRITER_AGAIN_AFTER_MS = 30_000;
/** Maximum delay until an API process rejects plaintext after the first complete pass of a session process. */
const FOLLOW_EVERY_MS = 60_000;

/** Checks the configured keys against the database, and encrypts all secrets with the first of them. */
@Injectable()
export class SecretKeys {
  private readonly log = new Log(SecretKeys.name);
  private readonly failure = new FailureLog(this.log, 'Encrypting secrets');

  constructor(
    private readonly secrets: Secrets,
    private readonly repository: SecretsRepository,
  ) {}

  /**
   * Checks that all secrets in the database can be decrypted. Has to be called before anything is read or written.
   * @throws SecretsError if a key is missing
   */
  async require(): Promise<void> {
    const used = await this.repository.findKeyIds();
    const unknown = used.filter((id) => !this.secrets.has(id));
    if (unknown.length > 0) {
      throw new SecretsError(
        `The credentials in this database are encrypted with the key ${unknown.join(' and ')}, ` +
          (this.secrets.currentId
            ? 'which is not in ENCRYPTION_KEY. Correct the key, or add this one after a comma to change keys.'
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

  /** Rejects plaintext as soon as a session process has encrypted everything. Never rejects. */
  async followCompletion(signal: AbortSignal): Promise<void> {
    while (this.secrets.currentId && !this.secrets.rejectsPlaintext && !signal.aborted) {
      await pause(FOLLOW_EVERY_MS, signal);
      if (await this.repository.isComplete().catch(() => false)) this.secrets.rejectPlaintext();
    }
  }

  /** Encrypts secrets in the background that the current key has not encrypted. Continues where it was stopped. */
  async keepEncrypted(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pauseMs = await this.encryptAll(signal).catch((error: unknown) => {
        if (!signal.aborted) this.failure.failed(error);
        return CONTINUE_AFTER_MS;
      });
      if (pauseMs === null) return;
      await pause(pauseMs, signal);
    }
  }

  /** @returns the pause until the next pass; null without a key */
  private async encryptAll(signal: AbortSignal): Promise<number | null> {
    const { currentId: keyId, currentPrefix } = this.secrets;
    if (!keyId || !currentPrefix) return null;
    const reencrypt = (text: string, row: Parameters<Secrets['decrypt']>[1]) =>
      this.secrets.encrypt(this.secrets.decrypt(text, row), row);
    const { encrypted, isComplete } = await this.repository.encryptAll(currentPrefix, reencrypt, signal);
    this.failure.recovered();
    if (!isComplete) return CONTINUE_AFTER_MS;
    const unusedKeyIds = (await this.repository.findKeyIds()).filter((id) => id !== keyId);
    await this.repository.keepOnlyKeyId(keyId);
    if (encrypted > 0 || unusedKeyIds.length > 0)
      this.log.info({ keyId, encrypted, unusedKeyIds }, 'All secrets encrypted');
    if (this.secrets.rejectsPlaintext) return REPEAT_AFTER_MS;
    return this.complete(keyId, encrypted);
  }

  /**
   * Rejects plaintext from now on, unless a process may still have written some.
   * @returns the pause until the next pass
   */
  private async complete(keyId: string, encrypted: number): Promise<number> {
    if (encrypted > 0) return CONTINUE_AFTER_MS;
    if (!(await this.repository.markComplete(keyId))) return PLAINTEXT_WRITER_AGAIN_AFTER_MS;
    this.secrets.rejectPlaintext();
    this.log.info({ keyId }, 'Rejecting secrets that are not encrypted');
    return REPEAT_AFTER_MS;
  }
}
