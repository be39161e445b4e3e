import { useEffect, useMemo, useRef } from 'preact/hooks';
import { may } from '../api/access.js';
import { isOutage } from '../api/api-error.js';
import { Icon } from '../components/icon.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { t } from '../i18n/language.js';
import { loadPhoneNumbers } from '../i18n/phone-numbers.js';
import type { LiveChanges } from '../live/changes.js';
import { hasContacts, type LiveSession } from '../live/live-session.js';
import { go, type ListQuery, replace } from '../route.js';
import { PERIODS } from './changed-since.js';
import { ContactList } from './contact-list.jsx';
import { ContactPages } from './contact-pages.js';
import { ContactView } from './contact-view.jsx';
import { Exports } from './exports.jsx';
import { SearchField } from './search-field.jsx';
import { MAX_SELECTED, Selection } from './selection.js';
import { SelectionBar } from './selection-bar.jsx';

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
  const { pages, isCurrent } = useContactPages(session, query, changes);
  useEffect(() => void loadPhoneNumbers(), []);
  const selection = useMemo(() => new Selection(), [session]);
  const state = live.state.value;
  // Until other results arrive, the previous ones remain.
  const shown = pages.query;
  const isEverybody = !isFiltered(shown) && !shown.search.trim();
  const { rows, isWhole } = pages.size;
  const error = pages.error.value;
  return (
    <main id="content" class={contact === null ? 'contacts' : 'contacts with-contact'}>
      <h1 class="hidden">{t.contacts.title}</h1>
      <section class="list-pane" aria-label={t.contacts.title}>
        <SearchField
          value={query.search}
          label={t.contacts.search}
          isCurrent={isCurrent}
          onSearch={(search) => replace({ view: 'contacts', session, contact, list: { ...query, search } })}
        />
        <Filters session={session} contact={contact} query={query} />
        <div class="list-head">
          <p role="status">
            {selection.ids.value
              ? selectedText(selection.ids.value.size)
              : countOf(isEverybody ? (state?.contacts.total ?? null) : null, rows, isWhole, isEverybody)}
          </p>
          {may('contacts:export') && (
            <div class="list-actions">
              <SelectionBar selection={selection} />
              <Exports session={session} query={query} selected={selection.ids.value} />
            </div>
          )}
        </div>
        {error && (pages.isEmpty || !isOutage(error)) && <ErrorNotice error={error} />}
        {error && pages.isEmpty ? null : rows === 0 && isWhole ? (
          <p class="empty">{emptyText(shown, state !== null && !hasContacts(state))}</p>
        ) : (
          <ContactList
            session={session}
            pages={pages}
            query={query}
            expected={isEverybody ? (state?.contacts.total ?? null) : null}
            chosen={contact}
            selection={selection}
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

/**
 * While another search is under way, what was found before stays: nothing flickers.
 *
 * @returns the results on show, and whether they are those of the query
 */
function useContactPages(
  session: string,
  query: ListQuery,
  changes: LiveChanges,
): { pages: ContactPages; isCurrent: boolean } {
  const { search, saved, business, noNumber, changed, recent } = query;
  const next = useMemo(
    () => new ContactPages(session, { search, saved, business, noNumber, changed, recent }),
    [session, search.trim(), saved, business, noNumber, changed, recent],
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
  return { pages: shown.current.pages, isCurrent: isReady && !next.isEmpty };
}

function Filters({ session, contact, query }: { session: string; contact: string | null; query: ListQuery }) {
  const filters = [
    ['saved', t.contacts.saved],
    ['business', t.contacts.business],
    ['noNumber', t.contacts.noNumber],
    ['recent', t.find.recent],
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
      <select
        class={query.changed ? 'chip is-on' : 'chip'}
        aria-label={t.find.changed}
        value={query.changed ?? ''}
        onChange={({ currentTarget }) => {
          const changed = PERIODS.find((period) => period === currentTarget.value) ?? null;
          go({ view: 'contacts', session, contact, list: { ...query, changed } });
        }}
      >
        {[null, ...PERIODS].map((period) => (
          <option key={period} value={period ?? ''}>
            {t.find.changed} {period ? t.find.periods[period] : t.find.anyTime}
          </option>
        ))}
      </select>
    </div>
  );
}

function countOf(total: number | null, rows: number, isWhole: boolean, isEverybody: boolean): string {
  if (rows === 0 && !isWhole && !total) return isEverybody ? t.common.loading : t.find.searching;
  if (isEverybody) return t.contacts.total(isWhole ? rows : Math.max(total ?? 0, rows));
  if (rows === 0 && !isWhole) return t.connection.searching;
  return isWhole ? t.contacts.found(rows) : t.contacts.foundMore(rows);
}

function selectedText(count: number): string {
  return count === MAX_SELECTED ? t.find.selectedAll(count) : t.find.selected(count);
}

/** Whether a filter is active, apart from the search. */
function isFiltered({ saved, business, noNumber, changed }: ListQuery): boolean {
  return saved || business || noNumber || changed !== null;
}

function emptyText(query: ListQuery, wasNeverLinked: boolean): string {
  if (wasNeverLinked) return t.contacts.nobody;
  if (isFiltered(query)) return t.contacts.notFoundFiltered;
  return query.search.trim() ? t.contacts.notFound : t.contacts.nobody;
}
