import { Logger } from '@nestjs/common';
import type { UserFacingSocketConfig } from '@whiskeysockets/baileys';
import { BAILEYS } from '../../kernel/logging/logger.js';

type BaileysLogger = NonNullable<UserFacingSocketConfig['logger']>;

/** Fields of Baileys' log objects that hold neither names, texts nor keys. */
const HARMLESS_FIELDS = ['msgId', 'count', 'version', 'name', 'statusCode', 'attempt', 'code'] as const;

/** Errors to Baileys, but each link begins with one (515); how a connection ended is logged by SessionRunner. */
const EXPECTED = new Set(['stream errored out']);

/**
 * Baileys' log without what it logs of stanzas and messages: only sentences, errors' messages and a few harmless fields get
 * through.
 */
export function createBaileysLogger(): BaileysLogger {
  const logger = new Logger(BAILEYS);
  const line = (fields: unknown, text?: string) => [text ?? '', ...details(fields)].filter(Boolean).join(' ');
  return {
    // Baileys formats whole stanzas for `trace` and `debug`, so it is not told of those levels.
    level: 'info',
    child: () => createBaileysLogger(),
    trace: () => {},
    debug: () => {},
    info: (fields, text) => logger.log(line(fields, text)),
    warn: (fields, text) => logger.warn(line(fields, text)),
    error: (fields, text) =>
      EXPECTED.has(text ?? '') ? logger.debug(line(fields, text)) : logger.error(line(fields, text)),
  };
}

function details(fields: unknown): string[] {
  if (typeof fields === 'string') return [fields];
  if (!fields || typeof fields !== 'object') return [];
  const { err, error = err, trace, ...rest } = fields as Record<string, unknown>;
  const harmless = HARMLESS_FIELDS.filter((name) => ['string', 'number'].includes(typeof rest[name])).map(
    (name) => `${name}=${String(rest[name])}`,
  );
  if (error instanceof Error) harmless.push(`(${error.message})`);
  else if (typeof trace === 'string') harmless.push(`(${trace.split('\n', 1)[0]})`);
  return harmless;
}
