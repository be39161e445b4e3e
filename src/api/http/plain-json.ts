import { InvalidRequest } from './request.errors.js';

/** The deepest body is a passkey assertion, with three levels. */
const MAX_DEPTH = 20;

/**
 * Checks that a parsed body is not nested too deeply for recursive functions, and that Postgres can store its texts.
 *
 * @throws InvalidRequest
 */
export function requirePlainJson(body: unknown): void {
  let level = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH)
      throw new InvalidRequest(`The body is nested more than ${MAX_DEPTH} levels deep. Send fewer levels.`);
    level = level.flatMap((value) => partsOf(value));
  }
}

/** Returns the values in an object or array. */
function partsOf(value: unknown): unknown[] {
  if (typeof value === 'string') requireText(value);
  if (typeof value !== 'object' || value === null) return [];
  if (!Array.isArray(value)) Object.keys(value).forEach(requireText);
  return Object.values(value);
}

function requireText(text: string): void {
  if (text.includes('\0'))
    throw new InvalidRequest('The body contains the character NUL (\\u0000). Remove it.');
  if (!text.isWellFormed())
    throw new InvalidRequest(
      'The body contains half of a surrogate pair, for example "\\ud800". Send complete characters.',
    );
}
