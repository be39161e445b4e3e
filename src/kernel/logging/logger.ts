import { createRequire } from 'node:module';
import type { LoggerService } from '@nestjs/common';
import { destination, type Level, type Logger as Pino, pino, stdTimeFunctions } from 'pino';
import type pretty from 'pino-pretty';
import type { Config } from '../config/config.js';
import { LogEntry } from './log.js';
import { logContext } from './log-context.js';
import { type LogLevel, logLevels } from './log-levels.js';
import { redact } from './redact.js';

const require = createRequire(import.meta.url);

/** Log context of Baileys, which has a separate level (BAILEYS_LOG_LEVEL). */
export const BAILEYS = 'Baileys';

type Levels = Pick<Config, 'LOG_LEVEL' | 'BAILEYS_LOG_LEVEL'>;

/** Levels of a process that has not read its configuration yet. */
export const DEFAULT_LEVELS: Levels = { LOG_LEVEL: 'info', BAILEYS_LOG_LEVEL: 'error' };

/** Nest classes that log routes and modules at each start. Logged at level debug. */
const FRAMEWORK = new Set([
  'NestFactory',
  'NestApplication',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
]);

/** Implements the logger interface of Nest, whose callers pass a context last, and a stack before it. */
class ServiceLogger implements LoggerService {
  constructor(
    private readonly pino: Pino,
    private readonly configured: Levels,
  ) {}

  fatal(message: unknown, ...more: unknown[]): void {
    this.write('fatal', message, more);
  }

  error(message: unknown, ...more: unknown[]): void {
    this.write('error', message, more);
  }

  warn(message: unknown, ...more: unknown[]): void {
    this.write('warn', message, more);
  }

  log(message: unknown, ...more: unknown[]): void {
    this.write(FRAMEWORK.has(String(more.at(-1))) ? 'debug' : 'info', message, more);
  }

  debug(message: unknown, ...more: unknown[]): void {
    this.write('debug', message, more);
  }

  verbose(message: unknown, ...more: unknown[]): void {
    this.write('trace', message, more);
  }

  private write(level: Level, message: unknown, more: unknown[]): void {
    const context = more.at(-1);
    if (!this.isLogged(level, context, message)) return;
    if (message instanceof LogEntry) {
      const { err, ...values } = message.values;
      const hasStack = level === 'error' || level === 'fatal';
      return this.pino[level](
        { context, ...redactValues(values), ...(err !== undefined && { err: describeError(err, hasStack) }) },
        redact(message.message),
      );
    }
    const [stack] = more.slice(0, -1);
    this.pino[level](
      { context, ...(typeof stack === 'string' && { stack: redact(stack) }) },
      redact(String(message)),
    );
  }

  private isLogged(level: LogLevel, context: unknown, message: unknown): boolean {
    const { LOG_LEVEL, BAILEYS_LOG_LEVEL } = this.configured;
    const ofEntry = message instanceof LogEntry ? message.values.session : undefined;
    const session = logContext.getStore()?.session ?? (typeof ofEntry === 'string' ? ofEntry : undefined);
    return logLevels.includes(level, session, context === BAILEYS ? BAILEYS_LOG_LEVEL : LOG_LEVEL);
  }
}

/** Returns the fields of an error and of its cause, in which `fetch` reports the actual error. */
function describeError(err: unknown, hasStack: boolean): Record<string, unknown> {
  const described = describeOne(err, hasStack);
  return err instanceof Error && err.cause
    ? { ...described, cause: describeOne(err.cause, false) }
    : described;
}

/** @param hasStack false if the cause is outside of this program */
function describeOne(err: unknown, hasStack: boolean): Record<string, unknown> {
  if (!(err instanceof Error)) return { message: redact(String(err)) };
  const { name, message, stack } = err;
  const { code } = err as NodeJS.ErrnoException;
  return redactValues({ type: name, code, message, ...(hasStack && { stack }) });
}

function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(redactValue);
  return typeof value === 'object' && value !== null ? redactValues({ ...value }) : value;
}

function redactValues(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, redactValue(value)]));
}

/** Loads pino-pretty only when it is needed. Loggers are created synchronously, so this cannot be import(). */
const loadPretty = () => require('pino-pretty') as typeof pretty;

/**
 * Creates the logger: readable lines in a terminal, JSON otherwise, with the fields `level`, `timestamp`, `pid`,
 * `context`, `message`, those of `logContext` and those of the entry.
 * @param isTerminal whether standard output is a terminal; worker threads cannot detect it
 */
export function createLogger(config: Levels, isTerminal = process.stdout.isTTY): LoggerService {
  const options = {
    // ServiceLogger decides, because levels can change and differ between sessions.
    level: 'trace',
    messageKey: 'message',
    base: { pid: process.pid },
    timestamp: () => stdTimeFunctions.isoTime().replace('"time"', '"timestamp"'),
    formatters: { level: (level: string) => ({ level }) },
    mixin: () => ({ ...logContext.getStore() }),
    // describeError() has already converted errors.
    serializers: { err: (err: unknown) => err },
  };
  const lines = isTerminal
    ? loadPretty()({
        messageKey: 'message',
        timestampKey: 'timestamp',
        ignore: 'pid',
        singleLine: true,
        sync: true,
      })
    : destination({ sync: true });
  return new ServiceLogger(pino(options, lines), config);
}
