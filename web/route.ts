import { computed, signal } from '@preact/signals';
import { type Period, PERIODS } from './contacts/changed-since.js';

/**
 * The view that the page shows. It is in the URL fragment, so that numbers and searches never appear in request lines or proxy
 * logs.
 */
export type Route =
  | { view: 'home' }
  | { view: 'sessions' }
  | SettingsRoute
  | { view: 'search'; search: string }
  | { view: 'overview'; session: string }
  | { view: 'contacts'; session: string; contact: string | null; list: ListQuery };

/** Keys and webhooks, which belong to the service, not to a session. */
export type SettingsRoute =
  { view: 'keys'; page: 'list' | 'new' | 'colleague' } | { view: 'webhooks'; page: 'list' | 'new' };

/** Which contacts are listed. */
export interface ListQuery {
  search: string;
  saved: boolean;
  business: boolean;
  noNumber: boolean;
  /** Null: at any time. */
  changed: Period | null;
  /** Sorted by the last change instead of the name. */
  recent: boolean;
}

export const EVERYBODY: ListQuery = {
  search: '',
  saved: false,
  business: false,
  noNumber: false,
  changed: null,
  recent: false,
};

const hash = signal(location.hash);

window.addEventListener('hashchange', () => (hash.value = location.hash));

export const route = computed(() => parse(hash.value));

/** The session that the view shows. Null for views of all sessions. */
export const sessionOnShow = computed(() => ('session' in route.value ? route.value.session : null));

/** @returns for `href` */
export function to(target: Route): string {
  switch (target.view) {
    case 'home':
      return '#/';
    case 'sessions':
      return '#/sessions';
    case 'keys':
    case 'webhooks':
      return target.page === 'list' ? `#/${target.view}` : `#/${target.view}/${target.page}`;
    case 'search':
      return withQuery('#/search', target.search ? { q: target.search } : {});
    case 'overview':
      return `#/sessions/${target.session}`;
    case 'contacts': {
      const path = ['#/sessions', target.session, 'contacts', target.contact].filter(Boolean).join('/');
      return withQuery(path, toQuery(target.list));
    }
  }
}

export function go(target: Route): void {
  location.hash = to(target);
}

/** In the place of what is shown, so that the back button does not lead through every letter of a search. */
export function replace(target: Route): void {
  history.replaceState(null, '', to(target));
  hash.value = location.hash;
}

function parse(text: string): Route {
  const { pathname, searchParams } = new URL(text.replace(/^#\/?/, ''), 'page:///');
  const [top, session, below, contact = null] = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  if (top === 'keys')
    return { view: top, page: session === 'new' || session === 'colleague' ? session : 'list' };
  if (top === 'webhooks') return { view: top, page: session === 'new' ? session : 'list' };
  if (top === 'search') return { view: 'search', search: searchParams.get('q') ?? '' };
  if (top !== 'sessions') return { view: 'home' };
  if (!session) return { view: 'sessions' };
  if (below === 'contacts') return { view: 'contacts', session, contact, list: fromQuery(searchParams) };
  return { view: 'overview', session };
}

function withQuery(path: string, parameters: Record<string, string>): string {
  const query = new URLSearchParams(parameters).toString();
  return query ? `${path}?${query}` : path;
}

function toQuery({ search, saved, business, noNumber, changed, recent }: ListQuery): Record<string, string> {
  return {
    ...(search && { q: search }),
    ...(saved && { saved: '1' }),
    ...(business && { business: '1' }),
    ...(noNumber && { 'no-number': '1' }),
    ...(changed && { changed }),
    ...(recent && { recent: '1' }),
  };
}

function fromQuery(query: URLSearchParams): ListQuery {
  const has = (name: string) => query.get(name) === '1';
  return {
    search: query.get('q') ?? '',
    saved: has('saved'),
    business: has('business'),
    noNumber: has('no-number'),
    changed: PERIODS.find((period) => period === query.get('changed')) ?? null,
    recent: has('recent'),
  };
}
