import { useState } from 'preact/hooks';
import { may } from '../api/access.js';
import type { Session, SessionSummary } from '../api/types.js';
import { Icon } from '../components/icon.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { number } from '../i18n/format.js';
import { t } from '../i18n/language.js';
import { isLinked } from '../live/live-session.js';
import { to } from '../route.js';
import {
  accountDetail,
  accountName,
  reasonOf,
  statusOf,
  toneOf,
  wasLinked,
} from '../session/session-texts.js';
import { AddSession } from './add-session.jsx';
import { RemoveSession } from './remove-session.jsx';
import type { SessionList } from './session-list.js';

const DEFAULT_SESSION = 'default';

/** All sessions, with those that need attention. */
export function SessionsView({ list }: { list: SessionList }) {
  const [removed, setRemoved] = useState<SessionSummary | null>(null);
  const sessions = list.sessions.value;
  const isStale = list.error.value !== null;
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
            isStale={isStale}
            onRemove={() => setRemoved(session)}
          />
        ))}
      </ul>
      {sessions?.length === 0 && (
        <div class="empty">
          <p>{t.sessions.none}</p>
          <p>{may('admin') ? t.account.addFirst : t.account.askToAdd}</p>
        </div>
      )}
      {list.hasMore.value && (
        <button type="button" onClick={() => list.more()}>
          {t.sessions.more}
        </button>
      )}
      {removed !== null && (
        <RemoveSession
          session={removed}
          contacts={list.details.value.get(removed.name)?.contacts.total ?? null}
          onRemoved={() => list.refresh()}
          onClose={() => setRemoved(null)}
        />
      )}
    </main>
  );
}

interface ItemProps {
  session: SessionSummary;
  /** Null until they are read. */
  details: Session | null;
  /** Whether the service does not respond, so that the status may have changed. */
  isStale: boolean;
  onRemove: () => void;
}

function SessionItem({ session, details, isStale, onRemove }: ItemProps) {
  const { name } = session;
  const problems = details?.degraded.length ?? 0;
  const title = accountName(session);
  return (
    <li class="card session-item">
      <span class={isStale ? 'dot' : `dot ${toneOf(details ?? session)}`} />
      <div class="session-what">
        <h2>
          <a href={to({ view: 'overview', session: name })}>
            <bdi>{title}</bdi>
          </a>
        </h2>
        <p class="faint">
          <bdi>{accountDetail(session) || (wasLinked(session) ? '' : t.sessions.notLinked)}</bdi>
        </p>
      </div>
      <div class="session-state">
        <p>{isStale ? t.connection.lastKnown(statusOf(session)) : statusOf(session)}</p>
        <p class="faint">{!isStale && reasonOf(session)?.what}</p>
        {problems > 0 && (
          <p class="event-text">
            <Icon name="alert" />
            {t.sessions.problems(problems)}
          </p>
        )}
      </div>
      <p class="session-count">
        {details ? number(details.contacts.total) : '…'} <small class="faint">{t.sessions.contacts}</small>
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
            class="quiet"
            aria-label={`${t.sessions.remove}: ${title}`}
            onClick={onRemove}
          >
            <Icon name="trash" />
            {t.sessions.remove}
          </button>
        )}
      </p>
    </li>
  );
}
