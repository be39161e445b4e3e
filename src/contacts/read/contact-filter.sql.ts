import { contactId, HAS_NAME, SAVED } from '../contact.sql.js';
import { rowNumberOf } from '../contact-id.js';
import { hasSymbols } from '../search/search-key.js';
import { type SearchTerm, toSearchTerms } from './search-terms.js';

/** Restricts lists, counts and exports. Null: no restriction. */
export interface ContactListFilter {
  search: string | null;
  hasPhone: boolean | null;
  saved: boolean | null;
  /** False includes contacts that may be a business. */
  isBusiness: boolean | null;
  /** ISO 8601. Only contacts that changed at or after this time. */
  updatedSince: string | null;
  /** IDs of contacts. IDs of other accounts match nothing. */
  ids: readonly string[] | null;
}

export const ALL_CONTACTS: ContactListFilter = {
  search: null,
  hasPhone: null,
  saved: null,
  isBusiness: null,
  updatedSince: null,
  ids: null,
};

/** Adds a value to a query. Returns its SQL, for example `$2`. */
export type AddValue = (value: string) => string;

/** Returns the conditions on row `c` of the listed contacts: those with a name of any kind that pass the filter. */
export function listedContacts(accountId: number, filter: ContactListFilter, add: AddValue): string[] {
  const { search, hasPhone, saved, isBusiness, updatedSince, ids } = filter;
  return [
    `c.account_id = ${accountId}`,
    HAS_NAME,
    ...(hasPhone === null ? [] : [`c.jid IS ${hasPhone ? 'NOT NULL' : 'NULL'}`]),
    ...(saved === null ? [] : [`${SAVED} IS ${saved}`]),
    ...(isBusiness === null ? [] : [`c.is_business IS ${isBusiness ? '' : 'NOT '}TRUE`]),
    ...(updatedSince === null ? [] : [`c.updated_at >= ${add(updatedSince)}::timestamptz`]),
    ...(ids === null ? [] : [haveIds(accountId, ids, add)]),
    ...(search === null ? [] : searchConditions(search, add)),
  ];
}

/** The row numbers use the primary key. The prefixes exclude contacts of other accounts. */
function haveIds(accountId: number, ids: readonly string[], add: AddValue): string {
  const rowNumbers = add(`{${ids.map(rowNumberOf).join(',')}}`);
  const wanted = add(`{${ids.join(',')}}`);
  return `c.id = ANY (${rowNumbers}::bigint[]) AND ${contactId(String(accountId), 'c.id')} = ANY (${wanted}::text[])`;
}

function searchConditions(search: string, add: AddValue): string[] {
  const terms = toSearchTerms(search);
  return terms.length === 0 ? ['false'] : terms.map((term) => isFound(term, add));
}

function isFound({ keys, isPrefix, lid }: SearchTerm, add: AddValue): string {
  const matches = keys.map((key) => {
    const escaped = key.replace(/[\\%_]/g, '\\$&');
    const isLike = `c.search_text LIKE ${add(isPrefix ? `% ${escaped.trimStart()}%` : `%${escaped}%`)}`;
    return hasSymbols(key) ? `(${isLike} AND ${hasSymbolsOf(add(key))})` : isLike;
  });
  if (lid) matches.push(`c.lid = ${add(lid)}`);
  return `(${matches.join(' OR ')})`;
}

/** LIKE finds only words by index, so symbols have their own. The first condition is that of the partial index. */
function hasSymbolsOf(parameter: string): string {
  return `symbols_of(c.search_text) <> '{}' AND symbols_of(c.search_text) @> symbols_of(${parameter})`;
}
