import { signal } from '@preact/signals';
import { ApiError } from '../api/api-error.js';
import { answer, api } from '../api/client.js';
import { nowMs, serverNowMs } from '../api/clock.js';
import type { ContactDetails } from '../api/types.js';
import { Icon } from '../components/icon.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { timeOrDate } from '../i18n/format.js';
import { t } from '../i18n/language.js';

/** The service accepts one request per contact in this time. */
const FETCH_EVERY_SECONDS = 60;
/** Usual fetches take less. The response of WhatsApp might also contain no change. */
const EXPECTED_WITHIN_MS = 15_000;

/** The contact was updated less than this long ago. */
const JUST_NOW_MS = 5_000;

interface Requested {
  /** Null if the service has not accepted the request. */
  atMs: number | null;
  againAtMs: number;
  /** Time of the last change before the request, ISO 8601. */
  before: string;
}

/** Requests by contact ID. They outlive the view, because the limit does as well. */
const requests = signal<ReadonlyMap<string, Requested>>(new Map());

interface FetchProps {
  session: string;
  address: string;
  contact: ContactDetails;
}

/** Fetches a contact from WhatsApp, and shows the progress. */
export function FetchButton({ session, address, contact: { id, updated_at: updatedAt } }: FetchProps) {
  const fetch = useAction(async () => {
    const before = updatedAt;
    const params = { path: { session, phone: address } };
    const waitMs = await answer(api.POST('/sessions/{session}/contacts/{phone}/refresh', { params })).then(
      () => null,
      (error: unknown) => {
        // Requested a moment ago in another tab, for example. The countdown shows it.
        if (error instanceof ApiError && error.code === 'refresh_limited')
          return (error.retryAfterSeconds ?? FETCH_EVERY_SECONDS) * 1_000;
        throw error;
      },
    );
    const atMs = serverNowMs();
    const againAtMs = atMs + (waitMs ?? FETCH_EVERY_SECONDS * 1_000);
    requests.value = new Map([
      ...requests.value,
      [id, { atMs: waitMs === null ? atMs : null, againAtMs, before }],
    ]);
  });
  const requested = requests.value.get(id);
  const waitSeconds = Math.ceil(((requested?.againAtMs ?? -Infinity) - nowMs.value) / 1_000);
  const isWaiting = waitSeconds > 0;
  const sinceMs = isWaiting && requested?.atMs ? nowMs.value - requested.atMs : null;
  const isUpdated = isWaiting && updatedAt !== requested?.before;
  const isFetching = fetch.isRunning || (sinceMs !== null && !isUpdated && sinceMs < EXPECTED_WITHIN_MS);
  return (
    <div class="fetch">
      <button
        type="button"
        aria-disabled={isFetching || isWaiting}
        class={isFetching ? 'is-busy' : undefined}
        onClick={() => !isFetching && !isWaiting && void fetch.run()}
      >
        <Icon name={isUpdated ? 'check' : 'refresh'} />
        {t.contact.refresh}
      </button>
      <p class="faint">
        <span role="status">
          {isFetching
            ? t.actions.fetching
            : isUpdated
              ? updatedText(updatedAt)
              : sinceMs !== null && t.actions.unchanged}
        </span>{' '}
        {!isFetching && isWaiting && t.actions.fetchAgain(waitSeconds)}
      </p>
      {fetch.error && <ErrorNotice error={fetch.error} />}
    </div>
  );
}

/** Screen readers announce the text, so it does not count seconds. @param time of the last change, ISO 8601 */
function updatedText(time: string): string {
  const isNow = nowMs.value - Date.parse(time) < JUST_NOW_MS;
  return isNow ? t.actions.fetched : t.actions.updatedAt(timeOrDate(time, nowMs.value));
}
