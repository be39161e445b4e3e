import type { UserFacingSocketConfig } from '@whiskeysockets/baileys';
import { Log, type LogValues } from '../../kernel/logging/log.js';
import { BAILEYS } from '../../kernel/logging/logger.js';
import { redact } from '../../kernel/logging/redact.js';

type BaileysLogger = NonNullable<UserFacingSocketConfig['logger']>;

/** Fields in log objects of Baileys that never contain names, texts or keys. */
const SAFE_FIELDS = ['msgId', 'count', 'version', 'name', 'statusCode', 'attempt', 'code'] as const;

/**
 * Baileys logs these as errors, but they are part of each link (515). SessionRunner logs how a connection has ended.
 */
const EXPECTED = new Set(['stream errored out']);

/**
 * Returns a logger for Baileys that writes only messages, errors and a few safe fields, because Baileys also logs
 * stanzas and messages.
 */
export function createBaileysLogger(): BaileysLogger {
  const log = new Log(BAILEYS);
  const write = (level: 'debug' | 'info' | 'warn' | 'error', fields: unknown, text?: string) =>
    typeof fields === 'string'
      ? log[level]({}, redact([text, fields].filter(Boolean).join(' ')))
      : log[level](safeValues(fields), redact(text ?? ''));
  return {
    // Baileys formats whole stanzas for `trace` and `debug`, so these levels are reported as disabled.
    level: 'info',
    child: () => createBaileysLogger(),
    trace: () => {},
    debug: () => {},
    info: (fields, text) => write('info', fields, text),
    warn: (fields, text) => write('warn', fields, text),
    error: (fields, text) => write(EXPECTED.has(text ?? '') ? 'debug' : 'error', fields, text),
  };
}

function safeValues(fields: unknown): LogValues {
  if (!fields || typeof fields !== 'object') return {};
  const { err, error = err, trace, ...rest } = fields as Record<string, unknown>;
  const values: LogValues = {};
  for (const name of SAFE_FIELDS)
    if (['string', 'number'].includes(typeof rest[name])) values[name] = rest[name];
  if (error instanceof Error) values.err = error;
  else if (typeof trace === 'string') values.err = trace.split('\n', 1)[0];
  return values;
}
