/** Postgres cannot keep NUL, and UTF-8 no lone surrogates; a name of nothing but blanks is none. */
export function cleanName(name: string | null | undefined): string | null {
  const clean = (name ?? '').replaceAll('\0', '').toWellFormed();
  return clean.trim() === '' ? null : clean;
}

/** People put an `@` before it. */
export function cleanUsername(name: string | null): string | null {
  return cleanName(name?.replace(/^@/, ''));
}
