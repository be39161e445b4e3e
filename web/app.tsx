import { useEffect, useMemo } from 'preact/hooks';
import { KeyForm } from './access/key-form.jsx';
import { MissingScope, NotAllowed } from './access/not-allowed.jsx';
import { access, accessError, may, maySee, needsKey, readAccess } from './api/access.js';
import { later } from './components/later.jsx';
import { ErrorNotice } from './components/notice.jsx';
import { ContactsView } from './contacts/contacts-view.jsx';
import type { NamedAccount } from './contacts/search-all.jsx';
import { t } from './i18n/language.js';
import { loadPhoneNumbers } from './i18n/phone-numbers.js';
import { LiveChanges } from './live/changes.js';
import { hasContacts, LiveSession } from './live/live-session.js';
import { poll } from './live/polling.js';
import { EVERYBODY, replace, type Route, route } from './route.js';
import { NothingLinked } from './session/nothing-linked.jsx';
import { Overview } from './session/overview.jsx';
import { accountName } from './session/session-texts.js';
import { UnknownAccount } from './session/unknown-account.jsx';
import { SessionList } from './sessions/session-list.js';
import { SessionsView } from './sessions/sessions-view.jsx';
import { Shell } from './shell.jsx';

const DEFAULT_SESSION = 'default';
const TRY_AGAIN_MS = 3_000;

/** Keys and webhooks, which few visitors open. */
const SettingsView = later(async () => {
  const { loadSettingsTexts, SettingsView: View } = await import('./settings/settings-view.jsx');
  await loadSettingsTexts();
  return View;
});

const SearchAll = later(async () => (await import('./contacts/search-all.jsx')).SearchAll);

/** Selects the view: by key first, then by address. */
export function App() {
  if (needsKey.value) return <KeyForm />;
  if (!access.value) return <Unreachable />;
  if (!may('session:read') && !may('contacts:read') && !may('webhooks:manage'))
    return <NotAllowed why={t.key.nothing} />;
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
  useEffect(() => void loadPhoneNumbers(), []);
  const list = useSessionList(current.view === 'sessions' || current.view === 'home');
  useHome(current, list);
  const isIncomplete = current.view === 'search' && list?.hasMore.value === true;
  const listed = list?.sessions.value;
  useEffect(() => {
    if (isIncomplete) list?.more();
  }, [isIncomplete, list, listed]);
  if (current.view === 'search') {
    return (
      <Shell list={list} live={null} changes={null}>
        {may('contacts:read') ? (
          <SearchAll accounts={accountsOf(list)} search={current.search} />
        ) : (
          <MissingScope scope="contacts:read" />
        )}
      </Shell>
    );
  }
  if (current.view === 'home' || current.view === 'sessions') {
    if (!list) return null;
    return (
      <Shell list={list} live={null} changes={null}>
        {current.view === 'sessions' && <SessionsView list={list} />}
      </Shell>
    );
  }
  if (current.view === 'keys' || current.view === 'webhooks')
    return (
      <Shell list={list} live={null} changes={null}>
        <SettingsView current={current} list={list} />
      </Shell>
    );
  return <SessionViews key={current.session} list={list} session={current.session} current={current} />;
}

/** Accounts that the key may read. Null until they are known. */
function accountsOf(list: SessionList | null): readonly NamedAccount[] | null {
  if (list)
    return list.sessions.value?.map((each) => ({ name: each.name, title: accountName(each) })) ?? null;
  return (access.value?.sessions ?? [DEFAULT_SESSION]).map((name) => ({ name, title: name }));
}

interface SessionViewsProps {
  list: SessionList | null;
  session: string;
  current: Exclude<Route, { view: 'home' | 'sessions' | 'search' | 'keys' | 'webhooks' }>;
}

function SessionViews({ list, session, current }: SessionViewsProps) {
  const { live, changes } = useLive(session);
  return (
    <Shell list={list} live={live} changes={changes}>
      {!maySee(session) ? (
        <NotAllowed why={t.key.session(session)} />
      ) : live.error.value?.code === 'session_not_found' ? (
        <UnknownAccount error={live.error.value} />
      ) : current.view === 'overview' ? (
        may('session:read') ? (
          <Overview live={live} />
        ) : (
          <MissingScope scope="session:read" />
        )
      ) : live.state.value && !hasContacts(live.state.value) ? (
        <NothingLinked session={session} />
      ) : may('contacts:read') ? (
        <ContactsView
          session={session}
          live={live}
          changes={changes}
          contact={current.contact}
          query={current.list}
        />
      ) : (
        <MissingScope scope="contacts:read" />
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
    if (!list && !may('contacts:read')) replace({ view: 'webhooks', page: 'list' });
    else if (!list) {
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
  const arrived = state?.contacts.sync === 'partial' ? state.contacts.total : null;
  useEffect(() => {
    if (arrived !== null) changes.announceAll();
  }, [changes, arrived]);
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
