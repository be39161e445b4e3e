/** A header as the user types it. */
export interface TypedHeader {
  name: string;
  value: string;
}

export const MAX_HEADERS = 20;

/** As the service checks them (src/api/webhooks/webhook-headers.ts). */
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const RESERVED =
  /^(connection|expect|host|http2-settings|keep-alive|te|trailer|transfer-encoding|upgrade|(content|proxy|webhook)-.*)$/i;
const MAX_CHARACTERS = 8_000;

/**
 * Converts headers for requests. Ignores empty rows.
 *
 * @returns null if there are none; undefined if the service would reject them
 */
export function headersOf(typed: readonly TypedHeader[]): Record<string, string> | null | undefined {
  const headers = typed
    .map(({ name, value }) => ({ name: name.trim(), value: value.trim() }))
    .filter(({ name, value }) => name || value);
  const names = new Set(headers.map(({ name }) => name.toLowerCase()));
  const characters = headers.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
  const isValid =
    names.size === headers.length &&
    headers.length <= MAX_HEADERS &&
    characters <= MAX_CHARACTERS &&
    headers.every(({ name, value }) => NAME.test(name) && !RESERVED.test(name) && VALUE.test(value));
  if (!isValid) return undefined;
  return headers.length === 0 ? null : Object.fromEntries(headers.map(({ name, value }) => [name, value]));
}
