import { useState } from 'preact/hooks';
import { answer, api } from '../api/client.js';
import type { WebhookAttempt } from '../api/types.js';
import { Ago } from '../components/ago.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useReading } from '../components/use-reading.js';
import { number } from '../i18n/format.js';
import { t } from '../i18n/language.js';
import { s } from '../i18n/settings/texts.js';

const SHOWN = 10;

/** The latest requests to the receiver, which are loaded when they are opened. */
export function Attempts({ id }: { id: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{s.webhooks.attempts}</summary>
      {isOpen && <AttemptList id={id} />}
    </details>
  );
}

function AttemptList({ id }: { id: string }) {
  const [showsAll, setShowsAll] = useState(false);
  const { value, error, again } = useReading(
    () => answer(api.GET('/webhooks/{id}/attempts', { params: { path: { id } } })),
    [id],
  );
  const items = value?.items ?? [];
  const shown = showsAll ? items : items.slice(0, SHOWN);
  return (
    <div class="attempts">
      {error && <ErrorNotice error={error} />}
      {!value && !error && <p class="faint">{t.common.loading}</p>}
      {value && items.length === 0 && <p class="faint">{s.webhooks.noAttempts}</p>}
      <ul>
        {shown.map((attempt) => (
          <Attempt key={`${attempt.delivery_id} ${attempt.at}`} attempt={attempt} />
        ))}
      </ul>
      <p class="actions">
        <button type="button" class="chip" onClick={again}>
          {s.webhooks.refreshAttempts}
        </button>
        {items.length > shown.length && (
          <button type="button" class="chip" onClick={() => setShowsAll(true)}>
            {s.webhooks.allAttempts(items.length)}
          </button>
        )}
      </p>
    </div>
  );
}

function Attempt({ attempt }: { attempt: WebhookAttempt }) {
  const { at, items, first_seq: firstSeq, status, error, duration_ms: durationMs } = attempt;
  const content = firstSeq === null ? s.webhooks.attemptTest : s.webhooks.attemptChanges(items);
  const result =
    status === null
      ? s.webhooks.unanswered
      : error === null
        ? s.webhooks.accepted(String(status))
        : s.webhooks.refused(String(status));
  return (
    <li>
      <span class={`dot ${error === null ? 'good' : 'bad'}`} />
      <div>
        <p>
          {result} · {content} · <Ago time={at} />
          <small class="faint"> · {s.webhooks.ms(number(durationMs))}</small>
        </p>
        {error !== null && (
          <p lang="en" class="technical faint">
            {error}
          </p>
        )}
      </div>
    </li>
  );
}
