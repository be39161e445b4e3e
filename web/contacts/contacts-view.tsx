import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { may } from '../api/access.js';
import { Icon } from '../components/icon.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { t } from '../i18n/language.js';
import { loadPhoneNumbers } from '../i18n/phone-numbers.js';
import type { LiveChanges } from '../live/changes.js';
import { hasContacts, type LiveSession } from '../live/live-session.js';
import { go, type ListQuery, replace } from '../route.js';
import { ContactList } from './contact-list.jsx';
import { ContactPages } from './contact-pages.js';
import { ContactView } from './contact-view.jsx';
import { Exports } from './exports.jsx';

/** Many changes at once are read as one. */
const RELOAD_EVERY_MS = 500;

interface ContactsProps {
  session: string;
  live: LiveSession;
  changes: LiveChanges;
  contact: string | null;
  query: ListQuery;
}

/** The list of contacts, with one contact next to it. */
export function ContactsView({ session, live, changes, contact, query }: ContactsProps) {
  const pages = useContactPages(session, query, changes);
  useEffect(() => void loadPhoneNumbers(), []);
  const state = live.state.value;
  const isEverybody = Object.values(query).every((value) => !value);
  const { rows, isWhole } = pages.size;
  const error = pages.error.value;
  return (
    <main id="content" class={contact === null ? 'contacts' : 'contacts with-contact'}>
      <h1 class="hidden">{t.contacts.title}</h1>
      <section class="list-pane" aria-label={t.contacts.title}>
        <SearchBox session={session} contact={contact} query={query} />
        <Filters session={session} contact={contact} query={query} />
        <div class="list-head">
          <p role="status">
            {countOf(isEverybody ? (state?.contacts.count ?? null) : null, rows, isWhole, isEverybody)}
          </p>
          {may('contacts:export') && <Exports session={session} query={query} />}
        </div>
        {error && pages.isEmpty ? (
          <ErrorNotice error={error} />
        ) : rows === 0 && isWhole ? (
          <p class="empty">{emptyText(query, state !== null && !hasContacts(state))}</p>
        ) : (
          <ContactList
            session={session}
            pages={pages}
            query={query}
            expected={isEverybody ? (state?.contacts.count ?? null) : null}
            chosen={contact}
          />
        )}
      </section>
      <section class="contact-pane" aria-live="off">
        {contact === null ? (
          <div class="empty">
            <Icon name="people" />
            <p>{t.contacts.choose}</p>
            <p class="faint">{t.contacts.hint}</p>
          </div>
        ) : (
          <ContactView key={contact} session={session} address={contact} query={query} changes={changes} />
        )}
      </section>
    </main>
  );
}

/** While another search is under way, what was found before stays: nothing flickers. */
function useContactPages(session: string, query: ListQuery, changes: LiveChanges): ContactPages {
  const { search, saved, business, noNumber } = query;
  const next = useMemo(
    () => new ContactPages(session, { search, saved, business, noNumber }),
    [session, search.trim(), saved, business, noNumber],
  );
  const shown = useRef({ session, pages: next });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ignore = changes.listen(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        next.invalidate();
      }, RELOAD_EVERY_MS);
    });
    return () => {
      ignore();
      clearTimeout(timer);
      next.close();
    };
  }, [next, changes]);
  const isReady = !next.isEmpty || next.error.value !== null || shown.current.session !== session;
  if (isReady) shown.current = { session, pages: next };
  return shown.current.pages;
}

function SearchBox({
  session,
  contact,
  query,
}: {
  session: string;
  contact: string | null;
  query: ListQuery;
}) {
  const input = useRef<HTMLInputElement>(null);
  // The address follows the typing; what is typed does not wait for it.
  const [text, setText] = useState(query.search);
  useEffect(() => {
    if (query.search.trim() !== text.trim()) setText(query.search);
  }, [query.search]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.select();
      input.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  const search = (value: string) => {
    setText(value);
    replace({ view: 'contacts', session, contact, list: { ...query, search: value } });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const first = document.querySelector<HTMLAnchorElement>('.list a');
    if (event.key === 'Escape') search('');
    else if (event.key === 'ArrowDown' && first) first.focus();
    else if (event.key === 'Enter' && first) first.click();
    else return;
    event.preventDefault();
  };
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        value={text}
        maxLength={200}
        autocomplete="off"
        spellcheck={false}
        dir="auto"
        aria-label={t.contacts.search}
        placeholder={t.contacts.search}
        onInput={(event) => search(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {text && (
        <button type="button" class="quiet round" aria-label={t.contacts.clear} onClick={() => search('')}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}

function Filters({ session, contact, query }: { session: string; contact: string | null; query: ListQuery }) {
  const filters = [
    ['saved', t.contacts.saved],
    ['business', t.contacts.business],
    ['noNumber', t.contacts.noNumber],
  ] as const;
  const toggle = (name: (typeof filters)[number][0]) =>
    go({ view: 'contacts', session, contact, list: { ...query, [name]: !query[name] } });
  return (
    <div class="filters" role="group" aria-label={t.contacts.filters}>
      {filters.map(([name, label]) => (
        <button key={name} type="button" class="chip" aria-pressed={query[name]} onClick={() => toggle(name)}>
          {label}
        </button>
      ))}
    </div>
  );
}

function countOf(total: number | null, rows: number, isWhole: boolean, isEverybody: boolean): string {
  if (isEverybody) return t.contacts.total(isWhole ? rows : Math.max(total ?? 0, rows));
  return isWhole ? t.contacts.found(rows) : t.contacts.foundMore(rows);
}

function emptyText(query: ListQuery, wasNeverLinked: boolean): string {
  if (wasNeverLinked) return t.contacts.nobody;
  const { search, ...filters } = query;
  if (Object.values(filters).some(Boolean)) return t.contacts.notFoundFiltered;
  return search.trim() ? t.contacts.notFound : t.contacts.nobody;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select');
}
