import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { SettingRefused } from './database-errors.js';

/**
 * Settings that decide how Postgres formats and reads values. Database and role may have other defaults, and
 * node-postgres reads dates in ISO format only. The startup message is the only place from which connection poolers in
 * transaction mode apply settings to every server connection (pgbouncer: tracked parameters). Poolers refuse other
 * settings there, so SQL must not depend on those: select bigint with to_json(), because extra_float_digits changes
 * float8, and select no intervals (IntervalStyle). bytea is read in both formats of bytea_output. See
 * docs/adr/0011-settings-in-the-startup-message.md.
 */
const PINNED = { DateStyle: 'ISO, MDY', TimeZone: 'UTC', standard_conforming_strings: 'on' };

/** Values that the server must report for the settings without which results would be wrong. */
const REQUIRED: Record<string, RegExp> = { DateStyle: /^ISO\b/i, standard_conforming_strings: /^on$/ };

/** TypeORM would set the isolation level with a second statement. Database and role may have another default. */
const TRANSACTION = {
  started: 'START TRANSACTION',
  pinned: 'START TRANSACTION ISOLATION LEVEL READ COMMITTED',
};

/** Members of pg.Client without public types. */
interface Internals {
  connection: EventEmitter & { stream: Duplex };
}

interface ParameterStatus {
  parameterName: string;
  parameterValue: string;
}

/**
 * A connection with pinned settings. It is closed with SettingRefused if the server or a pooler ignores them.
 *
 * Losing it does not end the process. It may be lost before its pool returns it, when no error listener is attached
 * yet, and an unhandled error event would end the process. Users of the connection get the error from their query.
 */
export class PostgresClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => {});
    this.pinIsolationLevel();
    const { connection } = this as unknown as Internals;
    connection.on('parameterStatus', ({ parameterName: name, parameterValue: value }: ParameterStatus) => {
      if (REQUIRED[name]?.test(value) ?? true) return;
      // The connection must not become usable before the error is emitted.
      connection.removeAllListeners('readyForQuery');
      connection.stream.destroy(new SettingRefused({ name, value, required: this.pinned(name) }));
    });
  }

  /** Overrides a method of pg.Client that is missing in its types. Returns the parameters of the startup message. */
  protected getStartupConf(): Record<string, string> {
    const base = pg.Client.prototype as unknown as {
      getStartupConf(this: pg.Client): Record<string, string>;
    };
    return { ...base.getStartupConf.call(this), ...PINNED };
  }

  private pinIsolationLevel(): void {
    const query = this.query.bind(this) as (...values: unknown[]) => unknown;
    this.query = ((text: unknown, ...more: unknown[]) =>
      query(text === TRANSACTION.started ? TRANSACTION.pinned : text, ...more)) as typeof this.query;
  }

  private pinned(name: string): string {
    return PINNED[name as keyof typeof PINNED];
  }
}
