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
const FETCH_EVERY_MS = 60_000;
/** Usual fetches take less. The response of WhatsApp might also contain no change. */
const EXPECTED_WITHIN_MS = 15_000;

/** The contact was updated less than this long ago. */
const JUST_NOW_MS = 5_000;

interface Requested {
  atMs: number;
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
    const agoMs = await answer(api.POST('/sessions/{session}/contacts/{phone}/refresh', { params })).then(
      () => 0,
      (error: unknown) => {
        // Requested a moment ago, in another tab for example. The countdown shows it.
        if (error instanceof ApiError && error.code === 'refresh_limited') return agoOf(error);
        throw error;
      },
    );
    requests.value = new Map([...requests.value, [id, { atMs: serverNowMs() - agoMs, before }]]);
  });
  const requested = requests.value.get(id);
  const sinceMs = nowMs.value - (requested?.atMs ?? -Infinity);
  const waitSeconds = Math.ceil((FETCH_EVERY_MS - sinceMs) / 1_000);
  const isWaiting = waitSeconds > 0;
  const isUpdated = isWaiting && updatedAt !== requested?.before;
  const isFetching = fetch.isRunning || (isWaiting && !isUpdated && sinceMs < EXPECTED_WITHIN_MS);
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
              : isWaiting && t.actions.unchanged}
        </span>{' '}
        {!isFetching && isWaiting && t.actions.fetchAgain(waitSeconds)}
      </p>
      {fetch.error && <ErrorNotice error={fetch.error} />}
    </div>
  );
}

/** @returns how long ago the request was that limits this one, in ms */
function agoOf({ retryAfterSeconds }: ApiError): number {
  return retryAfterSeconds === null ? 0 : FETCH_EVERY_MS - retryAfterSeconds * 1_000;
}

/** Screen readers announce the text, so it does not count seconds. @param time of the last change, ISO 8601 */
function updatedText(time: string): string {
  const isNow = nowMs.value - Date.parse(time) < JUST_NOW_MS;
  return isNow ? t.actions.fetched : t.actions.updatedAt(timeOrDate(time, nowMs.value));
}
