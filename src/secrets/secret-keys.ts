import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { Secrets } from './secrets.js';
import { SecretsError } from './secrets.errors.js';
import { SecretsRepository } from './secrets.repository.js';

/** A process with older keys may have written meanwhile. */
const LOOK_AGAIN_AFTER_MS = 60 * 60_000;
/** After a pass that has left out what was being written. */
const PASS_AGAIN_AFTER_MS = 5_000;

/** Sees to it that secrets can be read with the keys that are supplied, and that the first of these has sealed them all. */
@Injectable()
export class SecretKeys {
  private readonly logger = new Logger(SecretKeys.name);

  constructor(
    private readonly secrets: Secrets,
    private readonly repository: SecretsRepository,
  ) {}

  /** Nothing is read or written with wrong keys. @throws SecretsError */
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
    if (this.secrets.currentId) await this.repository.addKeyId(this.secrets.currentId);
  }

  /** Seals in the background what is not sealed with the current key; begins anew wherever it was stopped. */
  async keepSealed(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pauseMs = await this.sealAll(signal).catch((error: unknown) => {
        if (!signal.aborted) this.logger.warn(`Sealing secrets later: ${(error as Error).message}`);
        return PASS_AGAIN_AFTER_MS;
      });
      if (pauseMs === null) return;
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  /** @returns the pause until the next pass; null: there is no key */
  private async sealAll(signal: AbortSignal): Promise<number | null> {
    const { currentId, currentPrefix } = this.secrets;
    if (!currentId || !currentPrefix) return null;
    const reseal = (text: string, row: Parameters<Secrets['open']>[1]) =>
      this.secrets.seal(this.secrets.open(text, row), row);
    const { sealed, isComplete } = await this.repository.resealAll(currentPrefix, reseal, signal);
    if (!isComplete) return PASS_AGAIN_AFTER_MS;
    const former = (await this.repository.findKeyIds()).filter((id) => id !== currentId);
    await this.repository.keepOnlyKeyId(currentId);
    if (sealed > 0 || former.length > 0)
      this.logger.log(
        `All secrets are encrypted with the key ${currentId} (${sealed} anew)` +
          (former.length > 0 ? `; ${former.join(' and ')} is not needed any more.` : '.'),
      );
    return LOOK_AGAIN_AFTER_MS;
  }
}
