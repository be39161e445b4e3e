/** `util.inspect()` of binary values. */
const BINARY = /<Buffer [^>]*>|(?:Uint8Array|ArrayBuffer)\(\d+\) [[{][^\]}]*[\]}]/g;
/** 16 bytes or more in hexadecimal. */
const HEX = /(?<![0-9a-z])(?:[0-9a-f]{2}[ :]?){15,}[0-9a-f]{2}(?![0-9a-z])/gi;
/** 30 bytes or more in base64 or base64url, without padding. */
const BASE64 = /[A-Za-z0-9+/_-]{40,}/g;
/** Errors of JSON.parse() quote its input. */
const QUOTED_JSON =
  /(?<=Unexpected (?:token|non-whitespace character|end)[^\n]*?, )"[^\n]*(?= is not valid JSON)/g;
/** Errors of Node.js quote invalid arguments. */
const RECEIVED = /(\. Received(?: type \w+)?) .+/g;

const REDACTED = '[redacted]';

/**
 * Removes possible key material from a text for the log: binary values, long hexadecimal and base64 strings, and JSON
 * that an error quotes. Errors of dependencies contain such values. Paths, IDs and sentences remain.
 */
export function redact(text: string): string {
  return text
    .replace(QUOTED_JSON, REDACTED)
    .replace(RECEIVED, `$1 ${REDACTED}`)
    .replace(BINARY, REDACTED)
    .replace(HEX, REDACTED)
    .replace(BASE64, (run) => (isRandom(run) ? REDACTED : run));
}

/** Random base64 of this length contains all three kinds of characters; paths and identifiers rarely do. */
function isRandom(run: string): boolean {
  return /\d/.test(run) && /[A-Z]/.test(run) && /[a-z]/.test(run);
}
