import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type pg from 'pg';
import { SettingRefused } from './database-errors.js';

/**
 * Settings that decide how Postgres formats and reads values. Database and role may have other defaults, and
 * node-postgres reads dates in ISO format only. The startup message is the only place from which connection poolers in
 * transaction mode apply settings to every server connection (pgbouncer: tracked parameters). Poolers refuse other
 * settings there, so SQL must not depend on those: select bigint with to_json(), because extra_float_digits changes
 * float8, and select no intervals (IntervalStyle). bytea is read in both formats of bytea_output. See
 * docs/adr/0011-settings-in-the-startup-message.md.
 */
export const PINNED_SETTINGS: Record<string, string> = {
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  standard_conforming_strings: 'on',
};

/** Values that the server must report for the settings without which results would be wrong. */
const REQUIRED: Record<string, RegExp> = { DateStyle: /^ISO\b/i, standard_conforming_strings: /^on$/ };

/** TypeORM would set the isolation level with a second statement. Database and role may have another default. */
const TRANSACTION = {
  started: 'START TRANSACTION',
  pinned: 'START TRANSACTION ISOLATION LEVEL READ COMMITTED',
};

interface ParameterStatus {
  parameterName: string;
  parameterValue: string;
}

/** Closes a connection with SettingRefused if the server or a pooler ignores the pinned settings. */
export function requirePinnedSettings(connection: EventEmitter & { stream: Duplex }): void {
  connection.on('parameterStatus', ({ parameterName: name, parameterValue: value }: ParameterStatus) => {
    if (REQUIRED[name]?.test(value) ?? true) return;
    // The connection must not become usable before the error is emitted.
    connection.removeAllListeners('readyForQuery');
    connection.stream.destroy(new SettingRefused({ name, value, required: PINNED_SETTINGS[name] ?? '' }));
  });
}

/** Makes all transactions of a client READ COMMITTED. */
export function pinIsolationLevel(client: pg.Client): void {
  const query = client.query.bind(client) as (...values: unknown[]) => unknown;
  client.query = ((text: unknown, ...more: unknown[]) =>
    query(text === TRANSACTION.started ? TRANSACTION.pinned : text, ...more)) as typeof client.query;
}
