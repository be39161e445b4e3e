import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { ConfigError } from './config.js';

const BLANK = /^\s*(#.*)?$/;
/** `NAME=value`, as Node.js reads it. A value in quotation marks has to end on its line. */
const ASSIGNMENT = /^\s*(export\s+)?[A-Za-z_]\w*\s*=\s*("[^"]*"|'[^']*'|`[^`]*`|[^\s"'`]|$)/;
const EXAMPLE = 'Write one setting per line, for example PORT=8889.';

/**
 * Returns the variables in an env file, or no variables if the file does not exist.
 *
 * Node.js skips lines that it cannot read, and a quotation mark that is not closed hides all lines up to the next one.
 * An API key that is missing for this reason would leave the service open, so such a file is refused.
 *
 * @throws ConfigError that names each such line, but not its value, which may be a secret
 */
export function readEnvFile(path: string): NodeJS.Dict<string> {
  const text = textOf(path);
  if (/^\uFFFD|\0/.test(text))
    throw new ConfigError(
      `The file ${path} is not saved as UTF-8. Save it as UTF-8, without a byte order mark.`,
    );
  if (text.startsWith('\uFEFF')) {
    throw new ConfigError(
      `The file ${path} begins with a byte order mark, which hides its first line. Save it as UTF-8 without a byte ` +
        'order mark (in Notepad: encoding UTF-8, not UTF-8 with BOM).',
    );
  }
  const problems = text
    .split(/\r?\n/)
    .flatMap((line, at) =>
      BLANK.test(line) || ASSIGNMENT.test(line)
        ? []
        : [`Line ${at + 1} of the file ${path} is not a setting (${startOf(line)} …). ${EXAMPLE}`],
    );
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return parseEnv(text);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return '';
    throw new ConfigError(`The file ${path} cannot be read (${message}). ${EXAMPLE}`, { cause });
  }
}

/** Returns the first word of a line. The rest may be a secret. */
function startOf(line: string): string {
  return /^[\w.-]{1,40}/.exec(line.trim())?.[0] ?? line.trim().slice(0, 1);
}
