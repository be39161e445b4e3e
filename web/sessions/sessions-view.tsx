import { useState } from 'preact/hooks';
import { may } from '../api/access.js';
import type { Session, SessionSummary } from '../api/types.js';
import { Icon } from '../components/icon.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { number } from '../i18n/format.js';
import { t } from '../i18n/language.js';
import { formatPhone } from '../i18n/phone-numbers.js';
import { isLinked } from '../live/live-session.js';
import { to } from '../route.js';
import { reasonOf, toneOf } from '../session/session-texts.js';
import { AddSession } from './add-session.jsx';
import { RemoveSession } from './remove-session.jsx';
import type { SessionList } from './session-list.js';

const DEFAULT_SESSION = 'default';

/** All sessions, with those that need attention. */
export function SessionsView({ list }: { list: SessionList }) {
  const [removed, setRemoved] = useState<string | null>(null);
  const sessions = list.sessions.value;
  return (
    <main id="content" class="sessions">
      <header class="view-head">
        <div>
          <h1>{t.sessions.title}</h1>
          <p class="faint">{t.sessions.intro}</p>
        </div>
        {may('admin') && <AddSession onAdded={() => list.refresh()} />}
      </header>
      {list.error.value && !sessions && <ErrorNotice error={list.error.value} />}
      <ul class="session-list">
        {sessions?.map((session) => (
          <SessionItem
            key={session.name}
            session={session}
            details={list.details.value.get(session.name) ?? null}
            onRemove={() => setRemoved(session.name)}
          />
        ))}
      </ul>
      {sessions?.length === 0 && <p class="empty">{t.sessions.none}</p>}
      {list.hasMore.value && (
        <button type="button" onClick={() => list.more()}>
          {t.sessions.more}
        </button>
      )}
      {removed !== null && (
        <RemoveSession name={removed} onRemoved={() => list.refresh()} onClose={() => setRemoved(null)} />
      )}
    </main>
  );
}

interface ItemProps {
  session: SessionSummary;
  /** Null until they are read. */
  details: Session | null;
  onRemove: () => void;
}

function SessionItem({ session, details, onRemove }: ItemProps) {
  const { name, status, phone, push_name: pushName } = session;
  const problems = details?.degraded.length ?? 0;
  return (
    <li class="card session-item">
      <span class={`dot ${toneOf(details ?? session)}`} />
      <div class="session-what">
        <h2>
          <a href={to({ view: 'overview', session: name })}>{name}</a>
        </h2>
        <p class="faint">
          <bdi>
            {phone ? [formatPhone(phone), pushName].filter(Boolean).join(' · ') : t.sessions.notLinked}
          </bdi>
        </p>
      </div>
      <div class="session-state">
        <p>{t.status[status]}</p>
        <p class="faint">{reasonOf(session)?.what}</p>
        {problems > 0 && (
          <p class="event-text">
            <Icon name="alert" />
            {t.sessions.problems(problems)}
          </p>
        )}
      </div>
      <p class="session-count">
        {details ? number(details.contacts.count) : '…'} <small class="faint">{t.sessions.contacts}</small>
      </p>
      <p class="actions">
        {may('session:link') && details && !isLinked(details) && (
          <a class="button" href={to({ view: 'overview', session: name })}>
            {t.sessions.link}
          </a>
        )}
        {may('admin') && name !== DEFAULT_SESSION && (
          <button
            type="button"
            class="quiet round"
            aria-label={`${t.sessions.remove}: ${name}`}
            onClick={onRemove}
          >
            <Icon name="trash" />
          </button>
        )}
      </p>
    </li>
  );
}
