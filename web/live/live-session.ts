import { signal } from '@preact/signals';
import { may, maySee, noteError } from '../api/access.js';
import { type ApiError } from '../api/api-error.js';
import { answer, api } from '../api/client.js';
import { serverNowMs } from '../api/clock.js';
import type { Session } from '../api/types.js';
import { poll, type Polling } from './polling.js';

/** While the user waits for the next step. */
const SOON_MS = 1_000;
const SETTLED_MS = 5_000;
const AFTER_ERROR_MS = 3_000;
/** Without a response for this long, what is shown is not up to date. */
const ANSWER_WITHIN_MS = 15_000;

/** How a session is, and how far its link. */
export class LiveSession {
  /** The last that is known; null before the first answer. */
  readonly state = signal<Session | null>(null);
  /** Why it is not newer; null when it is up to date. */
  readonly error = signal<ApiError | null>(null);
  readonly readAtMs = signal<number | null>(null);
  private readonly polling: Polling | null;

  constructor(readonly name: string) {
    this.polling = may('session:read') && maySee(name) ? poll(() => this.read()) : null;
  }

  refresh(): void {
    this.polling?.now();
  }

  stop(): void {
    this.polling?.stop();
  }

  private async read(): Promise<number> {
    try {
      const path = { session: this.name };
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const session = await answer(api.GET('/sessions/{session}', { params: { path }, signal }));
      this.state.value = session;
      this.error.value = null;
      this.readAtMs.value = serverNowMs();
      return isSettled(session) ? SETTLED_MS : SOON_MS;
    } catch (error) {
      noteError(error);
      this.error.value = error as ApiError;
      return AFTER_ERROR_MS;
    }
  }
}

export function isLinked({ status }: Session): boolean {
  return status === 'open' || status === 'connecting' || status === 'disconnected';
}

/** Whether it is linked now, or was once: its contacts can be read. */
export function hasContacts({ last_account: account }: Session): boolean {
  return account !== null;
}

function isSettled(session: Session): boolean {
  return (
    (session.status === 'open' && session.contacts.sync === 'complete') || session.status === 'disconnected'
  );
}
