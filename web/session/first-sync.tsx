import { useRef } from 'preact/hooks';
import { serverNowMs } from '../api/clock.js';
import type { Session } from '../api/types.js';
import { number } from '../i18n/format.js';
import { t } from '../i18n/language.js';

/** Progress of the first sync. WhatsApp does not announce the total, so there is no percentage. */
export function FirstSync({ session: { contacts } }: { session: Session }) {
  const began = useRef({ atMs: serverNowMs(), count: contacts.total });
  const seconds = (serverNowMs() - began.current.atMs) / 1_000;
  const perSecond = Math.round((contacts.total - began.current.count) / Math.max(1, seconds));
  return (
    <section class="card sync">
      <h2>{t.sync.title}</h2>
      <progress aria-label={t.sync.title} />
      <p class="sync-count" role="status">
        {t.sync.count(contacts.total)}
        {perSecond > 0 && <small class="faint"> · {t.sync.rate(number(perSecond))}</small>}
      </p>
      <p class="faint">{t.sync.text}</p>
    </section>
  );
}
