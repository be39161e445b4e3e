import { Logger } from '@nestjs/common';

type Level = 'fatal' | 'error' | 'warn' | 'log' | 'debug';

/** Values of a log entry. `err` is an error; the logger writes its type, code and message. */
export interface LogValues {
  err?: unknown;
  [name: string]: unknown;
}

/** A fixed message with values, as `createLogger` expects it. */
export class LogEntry {
  constructor(
    readonly values: LogValues,
    readonly message: string,
  ) {}
}

/**
 * Writes structured log entries: a message that never changes, with values as fields, for example
 * `log.warn({ err, collection }, 'Failed to read app-state collection')`. Session, account and request ID are added
 * from `logContext`. Values never contain names, texts, codes or keys.
 */
export class Log {
  private readonly logger: Logger;

  /** @param context name of the class that writes */
  constructor(context: string) {
    this.logger = new Logger(context);
  }

  fatal(values: LogValues, message: string): void {
    this.write('fatal', values, message);
  }

  error(values: LogValues, message: string): void {
    this.write('error', values, message);
  }

  warn(values: LogValues, message: string): void {
    this.write('warn', values, message);
  }

  info(values: LogValues, message: string): void {
    this.write('log', values, message);
  }

  debug(values: LogValues, message: string): void {
    this.write('debug', values, message);
  }

  private write(level: Level, values: LogValues, message: string): void {
    this.logger[level](new LogEntry(values, message));
  }
}
