import { useEffect, useMemo } from 'preact/hooks';
import { KeyForm } from './access/key-form.jsx';
import { NotAllowed } from './access/not-allowed.jsx';
import { access, accessError, may, maySee, needsKey, readAccess } from './api/access.js';
import { ErrorNotice } from './components/notice.jsx';
import { ContactsView } from './contacts/contacts-view.jsx';
import { t } from './i18n/language.js';
import { LiveChanges } from './live/changes.js';
import { hasContacts, LiveSession } from './live/live-session.js';
import { poll } from './live/polling.js';
import { EVERYBODY, replace, type Route, route } from './route.js';
import { Overview } from './session/overview.jsx';
import { SessionList } from './sessions/session-list.js';
import { SessionsView } from './sessions/sessions-view.jsx';
import { Shell } from './shell.jsx';

const DEFAULT_SESSION = 'default';
const TRY_AGAIN_MS = 3_000;

/** Selects the view: by key first, then by address. */
export function App() {
  if (needsKey.value) return <KeyForm />;
  if (!access.value) return <Unreachable />;
  if (!may('session:read') && !may('contacts:read')) return <NotAllowed why={t.key.nothing} />;
  return <Views />;
}

/** Shown before the first response of the service. */
function Unreachable() {
  const error = accessError.value;
  useEffect(() => {
    const polling = poll(async () => {
      await readAccess();
      return TRY_AGAIN_MS;
    });
    return () => polling.stop();
  }, []);
  return (
    <main id="content" class="gate">
      {error ? <ErrorNotice error={error} /> : <p class="empty">{t.common.loading}</p>}
    </main>
  );
}

function Views() {
  const current = route.value;
  const list = useSessionList(current.view === 'sessions' || current.view === 'home');
  useHome(current, list);
  if (current.view === 'home' || current.view === 'sessions') {
    if (!list) return null;
    return (
      <Shell list={list} live={null} changes={null}>
        {current.view === 'sessions' && <SessionsView list={list} />}
      </Shell>
    );
  }
  return <SessionViews key={current.session} list={list} session={current.session} current={current} />;
}

interface SessionViewsProps {
  list: SessionList | null;
  session: string;
  current: Exclude<Route, { view: 'home' | 'sessions' }>;
}

function SessionViews({ list, session, current }: SessionViewsProps) {
  const { live, changes } = useLive(session);
  return (
    <Shell list={list} live={live} changes={changes}>
      {!maySee(session) ? (
        <NotAllowed why={t.key.session(session)} />
      ) : current.view === 'overview' ? (
        may('session:read') ? (
          <Overview live={live} />
        ) : (
          <NotAllowed why={t.key.scope('session:read')} />
        )
      ) : may('contacts:read') ? (
        <ContactsView
          session={session}
          live={live}
          changes={changes}
          contact={current.contact}
          query={current.list}
        />
      ) : (
        <NotAllowed why={t.key.scope('contacts:read')} />
      )}
    </Shell>
  );
}

/** @param isOnShow whether the list itself is looked at, with counts and problems */
function useSessionList(isOnShow: boolean): SessionList | null {
  const isAllowed = may('session:read');
  const list = useMemo(
    () => (isAllowed ? new SessionList({ withDetails: isOnShow }) : null),
    [isAllowed, isOnShow, access.value],
  );
  useEffect(() => () => list?.stop(), [list]);
  return list;
}

/** The first view: the only session, or all of them. */
function useHome(current: Route, list: SessionList | null): void {
  const isHome = current.view === 'home';
  const sessions = list?.sessions.value ?? null;
  useEffect(() => {
    if (!isHome) return;
    if (!list) {
      const [session = DEFAULT_SESSION] = access.value?.sessions ?? [];
      replace({ view: 'contacts', session, contact: null, list: EVERYBODY });
    } else if (sessions?.length === 1 && sessions[0])
      replace({ view: 'overview', session: sessions[0].name });
    else if (sessions) replace({ view: 'sessions' });
  }, [isHome, list, sessions]);
}

/** A session's state and changes, as long as it is on show. */
function useLive(session: string): { live: LiveSession; changes: LiveChanges } {
  const [live, changes] = useMemo(
    () => [new LiveSession(session), new LiveChanges(session)],
    [session, access.value],
  );
  const state = live.state.value;
  const canFollow =
    may('contacts:read') &&
    maySee(session) &&
    (!may('session:read') || (state !== null && hasContacts(state)));
  useEffect(() => {
    if (canFollow) changes.start();
  }, [changes, canFollow]);
  useEffect(() => {
    const ignore = changes.listen((news) => {
      if (news === null || news.some(({ kind }) => !kind.startsWith('contact.'))) live.refresh();
    });
    return () => {
      ignore();
      live.stop();
      changes.stop();
    };
  }, [live, changes]);
  return { live, changes };
}
