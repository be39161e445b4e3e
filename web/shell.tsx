import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { access, may, maySee, signOut } from './api/access.js';
import type { ApiError } from './api/api-error.js';
import { nowMs } from './api/clock.js';
import type { Session } from './api/types.js';
import { Icon } from './components/icon.jsx';
import { bannerCode, ErrorNotice } from './components/notice.jsx';
import { relative } from './i18n/format.js';
import { t } from './i18n/language.js';
import type { LiveChanges } from './live/changes.js';
import { hasContacts, type LiveSession } from './live/live-session.js';
import { EVERYBODY, go, route, sessionOnShow, to } from './route.js';
import { freshnessOf } from './session/connection.js';
import { ConnectionBanner } from './session/connection-banner.jsx';
import { accountName } from './session/session-texts.js';
import type { SessionList } from './sessions/session-list.js';

const JUST_NOW_MS = 5_000;

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
  const state = live?.state.value ?? null;
  const error = errorOf({ list, live, changes });
  // The view itself explains that an account does not exist.
  const failure = error?.code === 'session_not_found' ? null : error;
  useTitle(state);
  useLayoutEffect(() => {
    bannerCode.value = failure?.code ?? null;
  }, [failure]);
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
        <Navigation session={session} list={list} />
        <div class="shell-end">
          {(isFollowed(session) || error) && <Freshness list={list} live={live} changes={changes} />}
          {access.value?.keys_in_use && (
            <button type="button" class="quiet sign-out" onClick={signOut}>
              <Icon name="key" />
              {t.nav.signOut}
            </button>
          )}
        </div>
      </header>
      {failure ? (
        <div class="banner">
          <ErrorNotice error={failure} isBanner />
        </div>
      ) : (
        <div class="banner" role="status">
          {state && route.value.view === 'contacts' && hasContacts(state) && (
            <ConnectionBanner session={state} />
          )}
        </div>
      )}
      {children}
    </>
  );
}

function Navigation({ session, list }: { session: string | null; list: SessionList | null }) {
  const { view } = route.value;
  const hasSessions = list !== null;
  const accounts = list?.sessions.value ?? access.value?.sessions ?? [];
  const maySearchAll = may('contacts:read') && (accounts.length > 1 || view === 'search');
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
    ...(may('admin') ? [['keys', t.settings.keys, to({ view: 'keys', page: 'list' })] as const] : []),
    ...(may('webhooks:manage')
      ? [['webhooks', t.settings.webhooks, to({ view: 'webhooks', page: 'list' })] as const]
      : []),
    ...(maySearchAll ? [['search', t.find.all, to({ view: 'search', search: '' })] as const] : []),
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
  const sessions = list?.sessions.value;
  const names = sessions?.map(({ name }) => name) ?? access.value?.sessions ?? [];
  if (names.length < 2) return null;
  const labelOf = (name: string) => {
    const found = sessions?.find((each) => each.name === name);
    return found ? accountName(found) : name;
  };
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
          {labelOf(name)}
        </option>
      ))}
    </select>
  );
}

/** Whether the view follows changes. Others read what they show once. */
function isFollowed(session: string | null): boolean {
  const { view } = route.value;
  return view !== 'search' && view !== 'keys' && (session === null || maySee(session));
}

/** How old what is shown may be. */
function Freshness({ list, live, changes }: Pick<ShellProps, 'list' | 'live' | 'changes'>) {
  const error = errorOf({ list, live, changes });
  const readAtMs = live ? live.readAtMs.value : (list?.readAtMs.value ?? null);
  const mode = changes?.mode.value ?? 'idle';
  const checkedAtMs = Math.max(readAtMs ?? 0, changes?.checkedAtMs.value ?? 0);
  const session = live?.state.value ?? null;
  const { tone, label, hint } = freshnessOf({ session, isReached: !error, mode }, nowMs.value);
  const isTimed = error !== null || label === t.fresh.polling;
  return (
    <p class={`fresh ${tone}`} title={hint}>
      <span class={`dot ${tone}`} />
      <span>{label}</span>
      {isTimed && checkedAtMs > 0 && <small class="faint">{ageOf(checkedAtMs)}</small>}
    </p>
  );
}

/** Why what is shown is not up to date. Keys for contacts only learn it from the changes. */
function errorOf({ list, live, changes }: Pick<ShellProps, 'list' | 'live' | 'changes'>): ApiError | null {
  if (!live) return list?.error.value ?? null;
  return live.error.value ?? changes?.outage.value ?? null;
}

function ageOf(timeMs: number): string {
  const isNow = nowMs.value - timeMs < JUST_NOW_MS;
  return isNow ? t.connection.justNow : t.fresh.checked(relative(timeMs, nowMs.value));
}

/** The address names the view, so the link cannot lead there by itself. */
function skipToContent(event: Event): void {
  event.preventDefault();
  const content = document.getElementById('content');
  content?.setAttribute('tabindex', '-1');
  content?.focus();
}

/** @param state of the session on show; null: not read */
function useTitle(state: Session | null): void {
  const current = route.value;
  const name = state && accountName(state);
  useEffect(() => {
    const names = {
      home: null,
      sessions: t.nav.sessions,
      overview: t.nav.overview,
      contacts: t.nav.contacts,
      keys: t.settings.keys,
      webhooks: t.settings.webhooks,
      search: t.find.allTitle,
    };
    const session = name ?? ('session' in current ? current.session : null);
    document.title = [names[current.view], session, t.title].filter(Boolean).join(' · ');
  }, [current, name]);
}
