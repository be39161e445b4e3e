import { ConsoleLogger, type LogLevel as NestLevel } from '@nestjs/common';
import type { Config } from './config.js';
import { logContext } from './log-context.js';

/** Nest's levels, from the gravest on, by the names that operators know. */
const LEVELS: Record<Config['LOG_LEVEL'], NestLevel[]> = {
  silent: [],
  fatal: ['fatal'],
  error: ['fatal', 'error'],
  warn: ['fatal', 'error', 'warn'],
  info: ['fatal', 'error', 'warn', 'log'],
  debug: ['fatal', 'error', 'warn', 'log', 'debug'],
  trace: ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'],
};

/** Parts of Nest that tell at each start what the code says anyway. */
const FRAMEWORK = new Set([
  'NestFactory',
  'NestApplication',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
]);

/** Lines for people in a terminal, JSON everywhere else. */
class ServiceLogger extends ConsoleLogger {
  protected override getJsonLogObject(
    ...entry: Parameters<ConsoleLogger['getJsonLogObject']>
  ): ReturnType<ConsoleLogger['getJsonLogObject']> {
    return { ...super.getJsonLogObject(...entry), ...logContext.getStore() };
  }

  protected override formatContext(context: string): string {
    const { session } = logContext.getStore() ?? {};
    const isOneOfMany = session !== undefined && session !== 'default';
    return super.formatContext(isOneOfMany ? `${context} ${session}` : context);
  }

  override log(message: unknown, ...parameters: unknown[]): void {
    if (FRAMEWORK.has(String(parameters.at(-1)))) super.debug(message, ...parameters);
    else super.log(message, ...parameters);
  }
}

/** @param isTerminal whether people read it; a worker thread cannot see that for itself */
export function createLogger(config: Config, isTerminal = process.stdout.isTTY): ConsoleLogger {
  return new ServiceLogger({ logLevels: LEVELS[config.LOG_LEVEL], json: !isTerminal, colors: isTerminal });
}
