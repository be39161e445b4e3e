import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api/api-error.js';
import { answer, api } from '../api/client.js';
import { nowMs, serverNowMs } from '../api/clock.js';
import type { ContactDetails } from '../api/types.js';
import { Icon } from '../components/icon.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';

/** The service accepts one request per contact in this time. */
const FETCH_EVERY_MS = 60_000;
/** Usual fetches take less. The response of WhatsApp might also contain no change. */
const EXPECTED_WITHIN_MS = 15_000;

/** Times of requests by contact ID. They outlive the view, because the limit does as well. */
const requestedAtMs = signal<ReadonlyMap<string, number>>(new Map());

interface FetchProps {
  session: string;
  address: string;
  contact: ContactDetails;
}

/** Fetches a contact from WhatsApp, and shows the progress. */
export function FetchButton({ session, address, contact: { id, updated_at: updatedAt } }: FetchProps) {
  const [before, setBefore] = useState<string | null>(null);
  const fetch = useAction(async () => {
    setBefore(updatedAt);
    const params = { path: { session, phone: address } };
    await answer(api.POST('/sessions/{session}/contacts/{phone}/refresh', { params })).catch(
      (error: unknown) => {
        // Requested a moment ago, in another tab for example. The countdown shows it.
        if (!(error instanceof ApiError) || error.code !== 'refresh_limited') throw error;
      },
    );
    requestedAtMs.value = new Map([...requestedAtMs.value, [id, serverNowMs()]]);
  });
  useEffect(() => setBefore(null), [id]);
  const requestedMs = requestedAtMs.value.get(id) ?? -Infinity;
  const sinceMs = nowMs.value - requestedMs;
  const waitSeconds = Math.ceil((FETCH_EVERY_MS - sinceMs) / 1_000);
  const isWaiting = waitSeconds > 0;
  const isUpdated = isWaiting && before !== null && updatedAt !== before;
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
          {isFetching ? t.actions.fetching : isUpdated ? t.actions.fetched : isWaiting && t.actions.unchanged}
        </span>{' '}
        {!isFetching && isWaiting && t.actions.fetchAgain(waitSeconds)}
      </p>
      {fetch.error && <ErrorNotice error={fetch.error} />}
    </div>
  );
}
