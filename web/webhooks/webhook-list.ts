import { signal } from '@preact/signals';
import { noteError } from '../api/access.js';
import type { ApiError } from '../api/api-error.js';
import { answer, api } from '../api/client.js';
import type { Webhook } from '../api/types.js';
import { poll, type Polling } from '../live/polling.js';

const POLL_EVERY_MS = 4_000;

/** Webhooks that the key can manage, newest first. Their states follow the service. */
export class WebhookList {
  readonly webhooks = signal<readonly Webhook[] | null>(null);
  readonly error = signal<ApiError | null>(null);
  private readonly polling: Polling = poll(() => this.read());

  refresh(): void {
    this.polling.now();
  }

  stop(): void {
    this.polling.stop();
  }

  private async read(): Promise<number> {
    try {
      this.webhooks.value = (await answer(api.GET('/webhooks'))).items.toReversed();
      this.error.value = null;
    } catch (error) {
      noteError(error);
      this.error.value = error as ApiError;
    }
    return POLL_EVERY_MS;
  }
}
