import { useEffect, useMemo, useRef } from 'preact/hooks';
import { ErrorNotice } from '../components/notice.jsx';
import { t } from '../i18n/language.js';
import { loadPhoneNumbers } from '../i18n/phone-numbers.js';
import { EVERYBODY, replace, to } from '../route.js';
import { AccountSearch, type Hits } from './account-search.js';
import { addressOf } from './contact-name.js';
import { ContactRow } from './contact-row.jsx';
import { SearchField } from './search-field.jsx';

/** An account by its name in addresses, and its name for people. */
export interface NamedAccount {
  name: string;
  title: string;
}

export interface SearchAllProps {
  /** Accounts to search. Null until they are known. */
  accounts: readonly NamedAccount[] | null;
  search: string;
}

/** Searches the contacts of all accounts at once. */
export function SearchAll({ accounts, search }: SearchAllProps) {
  const { running, isCurrent } = useAccountSearch(accounts, search.trim());
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => void loadPhoneNumbers(), []);
  const hits = running?.hits.value ?? [];
  const isRunning = running?.isRunning.value ?? false;
  const failures = [...(running?.failures.value.values() ?? [])];
  return (
    <main id="content" class="search-all">
      <h1 ref={title}>{t.find.allTitle}</h1>
      <SearchField
        value={search}
        label={t.contacts.search}
        isCurrent={isCurrent}
        onSearch={(text) => replace({ view: 'search', search: text })}
      />
      <p role="status" class="faint">
        {!search.trim()
          ? t.find.allHint
          : hits.length > 0
            ? foundText(hits)
            : isRunning || !accounts
              ? t.find.searching
              : failures.length === 0 && t.find.allNothing}
      </p>
      {failures[0] && (
        <ErrorNotice error={failures[0]}>
          <p>{t.find.allFailed(failures.length)}</p>
        </ErrorNotice>
      )}
      {hits.map((found) => (
        <AccountHits
          key={found.account}
          title={accounts?.find(({ name }) => name === found.account)?.title ?? found.account}
          hits={found}
          search={search}
        />
      ))}
    </main>
  );
}

function foundText(hits: readonly Hits[]): string {
  const found = hits.reduce((sum, { contacts }) => sum + contacts.length, 0);
  return hits.some(({ hasMore }) => hasMore) ? t.contacts.foundMore(found) : t.contacts.found(found);
}

interface AccountHitsProps {
  title: string;
  hits: Hits;
  search: string;
}

function AccountHits({ title, hits: { account, contacts, hasMore }, search }: AccountHitsProps) {
  const list = { ...EVERYBODY, search };
  const titleId = `account-${account}`;
  return (
    <section class="card account-hits" aria-labelledby={titleId}>
      <header>
        <h2 id={titleId}>{title}</h2>
        {hasMore && (
          <a
            href={to({ view: 'contacts', session: account, contact: null, list })}
            aria-label={`${t.find.allMore}: ${title}`}
          >
            {t.find.allMore}
          </a>
        )}
      </header>
      <ul>
        {contacts.map((contact) => (
          <li key={contact.id}>
            <ContactRow
              session={account}
              contact={contact}
              search={search}
              href={to({ view: 'contacts', session: account, contact: addressOf(contact), list })}
              isChosen={false}
              isTabStop
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

/**
 * The previous results remain visible until the first ones of another search arrive.
 *
 * @returns the search whose results are on show, and whether these are all results of the text
 */
function useAccountSearch(
  accounts: readonly NamedAccount[] | null,
  search: string,
): { running: AccountSearch | null; isCurrent: boolean } {
  const names = accounts?.map(({ name }) => name).join(' ') ?? null;
  const next = useMemo(
    () => (names !== null && search ? new AccountSearch(names.split(' ').filter(Boolean), search) : null),
    [names, search],
  );
  const shown = useRef(next);
  useEffect(() => () => next?.stop(), [next]);
  const isReady =
    !next || next.hits.value.length > 0 || next.failures.value.size > 0 || !next.isRunning.value;
  if (isReady) shown.current = next;
  return { running: shown.current ?? next, isCurrent: isReady && !next?.isRunning.value };
}
