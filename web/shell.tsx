import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { access, may, signOut } from './api/access.js';
import { nowMs } from './api/clock.js';
import { Icon } from './components/icon.jsx';
import { ErrorNotice } from './components/notice.jsx';
import { relative } from './i18n/format.js';
import { t } from './i18n/language.js';
import type { LiveChanges } from './live/changes.js';
import type { LiveSession } from './live/live-session.js';
import { EVERYBODY, go, route, sessionOnShow, to } from './route.js';
import type { SessionList } from './sessions/session-list.js';

interface ShellProps {
  /** Null: the key may not see sessions. */
  list: SessionList | null;
  /** Of the session on show; null where the view is about all. */
  live: LiveSession | null;
  changes: LiveChanges | null;
  children: ComponentChildren;
}

/** The frame around every view. */
export function Shell({ list, live, changes, children }: ShellProps) {
  const session = sessionOnShow.value;
  const failure = live?.error.value ?? (live ? null : (list?.error.value ?? null));
  const hasShown = (live?.state.value ?? list?.sessions.value ?? null) !== null;
  useTitle();
  return (
    <>
      <a class="skip" href="#content" onClick={skipToContent}>
        {t.skip}
      </a>
      <header class="shell">
        <a class="brand" href={to({ view: 'home' })} aria-label={t.title}>
          <span class="logo" aria-hidden="true">
            <Icon name="people" />
          </span>
          <span class="brand-name">{t.title}</span>
        </a>
        {session !== null && <SessionChoice list={list} session={session} />}
        <Navigation session={session} hasSessions={list !== null} />
        <div class="shell-end">
          <Freshness list={list} live={live} changes={changes} />
          {access.value?.keys_in_use && (
            <button
              type="button"
              class="quiet round"
              aria-label={t.nav.signOut}
              title={t.nav.signOut}
              onClick={signOut}
            >
              <Icon name="key" />
            </button>
          )}
        </div>
      </header>
      {failure && hasShown && (
        <div class="banner">
          <ErrorNotice error={failure} />
        </div>
      )}
      {children}
    </>
  );
}

function Navigation({ session, hasSessions }: { session: string | null; hasSessions: boolean }) {
  const { view } = route.value;
  const links = [
    ...(hasSessions ? [['sessions', t.nav.sessions, to({ view: 'sessions' })] as const] : []),
    ...(session !== null && hasSessions
      ? [['overview', t.nav.overview, to({ view: 'overview', session })] as const]
      : []),
    ...(session !== null && may('contacts:read')
      ? [
          [
            'contacts',
            t.nav.contacts,
            to({ view: 'contacts', session, contact: null, list: EVERYBODY }),
          ] as const,
        ]
      : []),
  ];
  return (
    <nav aria-label={t.nav.label}>
      {links.map(([name, label, href]) => (
        <a key={name} href={href} aria-current={view === name ? 'page' : undefined}>
          {label}
        </a>
      ))}
    </nav>
  );
}

/** With one session there is nothing to choose. */
function SessionChoice({ list, session }: { list: SessionList | null; session: string }) {
  const names = list?.sessions.value?.map(({ name }) => name) ?? access.value?.sessions ?? [];
  if (names.length < 2) return null;
  const choose = (name: string) => {
    const current = route.value;
    go(
      current.view === 'contacts'
        ? { view: 'contacts', session: name, contact: null, list: EVERYBODY }
        : { view: 'overview', session: name },
    );
  };
  return (
    <select
      class="session-choice"
      aria-label={t.nav.session}
      value={session}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      {[...new Set([...names, session])].map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

/** How old what is shown may be. */
function Freshness({ list, live, changes }: Pick<ShellProps, 'list' | 'live' | 'changes'>) {
  const error = live ? live.error.value : (list?.error.value ?? null);
  const readAtMs = live ? live.readAtMs.value : (list?.readAtMs.value ?? null);
  const mode = changes?.mode.value ?? 'idle';
  const checkedAtMs = Math.max(readAtMs ?? 0, changes?.checkedAtMs.value ?? 0);
  const isLive = mode === 'live' && !error;
  const [tone, label, hint] = error
    ? (['bad', t.fresh.offline, ''] as const)
    : isLive
      ? (['good', t.fresh.live, t.fresh.liveHint] as const)
      : (['busy', t.fresh.polling, mode === 'polling' ? t.fresh.pollingHint : ''] as const);
  return (
    <p class={`fresh ${tone}`} title={hint}>
      <span class={`dot ${tone}`} />
      <span>{label}</span>
      {!isLive && checkedAtMs > 0 && (
        <small class="faint">{t.fresh.checked(relative(checkedAtMs, nowMs.value))}</small>
      )}
    </p>
  );
}

/** The address names the view, so the link cannot lead there by itself. */
function skipToContent(event: Event): void {
  event.preventDefault();
  const content = document.getElementById('content');
  content?.setAttribute('tabindex', '-1');
  content?.focus();
}

function useTitle(): void {
  const current = route.value;
  useEffect(() => {
    const names = {
      home: null,
      sessions: t.nav.sessions,
      overview: t.nav.overview,
      contacts: t.nav.contacts,
    };
    const session = 'session' in current ? current.session : null;
    document.title = [names[current.view], session, t.title].filter(Boolean).join(' · ');
  }, [current]);
}
