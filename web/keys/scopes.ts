import type { Scope } from '../api/types.js';

/** Scopes in the order of the form. */
export const SCOPE_GROUPS = {
  contacts: ['contacts:read', 'contacts:export', 'contacts:check'],
  accounts: ['session:read', 'session:link'],
  administration: ['webhooks:manage', 'metrics:read', 'admin'],
} as const satisfies Record<string, readonly Scope[]>;

/** Scopes without which another one is of little use. They are selected with it, and can be removed again. */
const COMPANIONS: Partial<Record<Scope, Scope>> = {
  'contacts:export': 'contacts:read',
  'contacts:check': 'contacts:read',
  'session:link': 'session:read',
};

/** Scopes for people who use the page. */
export const LEVELS = {
  view: ['contacts:read', 'session:read'],
  export: ['contacts:read', 'session:read', 'contacts:export'],
  link: ['contacts:read', 'session:read', 'contacts:export', 'session:link'],
} as const satisfies Record<string, readonly Scope[]>;

export type Level = keyof typeof LEVELS;

/** Returns the scopes after a scope was selected or removed. */
export function withScope(scopes: readonly Scope[], scope: Scope, isSelected: boolean): Scope[] {
  const others = scopes.filter((each) => each !== scope);
  if (!isSelected) return others;
  const companion = COMPANIONS[scope];
  return [...others, ...(companion && !others.includes(companion) ? [companion] : []), scope];
}

/** Returns the scopes to list in words: `admin` includes all others. */
export function worthListing(scopes: readonly Scope[]): Scope[] {
  const all: readonly Scope[] = Object.values(SCOPE_GROUPS).flat();
  return scopes.includes('admin') ? ['admin'] : all.filter((scope) => scopes.includes(scope));
}
