import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { isDatabaseUnavailable, isRefusal, isWorthRepeating } from './database-errors.js';

/** Wraps an error of pg as TypeORM does. */
const failed = (code: string) =>
  new QueryFailedError('SELECT 1', [], Object.assign(new Error('refused'), { code, severity: 'ERROR' }));

describe('the classification of database errors', () => {
  it.each([
    ['22001', 'string_data_right_truncation'],
    ['22021', 'character_not_in_repertoire'],
    ['22P05', 'untranslatable_character'],
    ['23505', 'unique_violation'],
    ['23514', 'check_violation'],
    ['54000', 'program_limit_exceeded: an index row that is too large'],
    ['54001', 'statement_too_complex'],
    ['XX000', 'internal_error: invalid memory alloc request size'],
    ['21000', 'cardinality_violation'],
    ['P0001', 'raise_exception'],
  ])('treats %s (%s) as a rejection of the data', (code) => {
    expect(isRefusal(failed(code))).toBe(true);
    expect(isWorthRepeating(failed(code))).toBe(false);
  });

  it.each([
    ['08006', 'connection_failure'],
    ['25006', 'read_only_sql_transaction'],
    ['25P03', 'idle_in_transaction_session_timeout'],
    ['53100', 'disk_full'],
    ['53200', 'out_of_memory'],
    ['53300', 'too_many_connections'],
    ['55P03', 'lock_not_available'],
    ['57P01', 'admin_shutdown'],
    ['57P03', 'cannot_connect_now'],
    ['58030', 'io_error'],
  ])('treats %s (%s) as an outage', (code) => {
    expect(isDatabaseUnavailable(failed(code))).toBe(true);
    expect(isRefusal(failed(code))).toBe(false);
    expect(isWorthRepeating(failed(code))).toBe(true);
  });

  it.each([
    ['40001', 'serialization_failure'],
    ['40P01', 'deadlock_detected'],
  ])('treats %s (%s) as worth a retry', (code) => {
    expect(isRefusal(failed(code))).toBe(false);
    expect(isWorthRepeating(failed(code))).toBe(true);
  });

  it.each([
    ['0A000', 'feature_not_supported: cached plan must not change result type'],
    ['28P01', 'invalid_password'],
    ['3D000', 'invalid_catalog_name'],
    ['42501', 'insufficient_privilege'],
    ['42P01', 'undefined_table'],
    ['42703', 'undefined_column'],
    ['57014', 'query_canceled'],
  ])('treats %s (%s) as a deployment problem', (code) => {
    expect(isRefusal(failed(code))).toBe(false);
    expect(isWorthRepeating(failed(code))).toBe(false);
  });

  it('does not treat a rejection as an outage when the message quotes data that mentions one', () => {
    const quoting = new QueryFailedError(
      'SELECT 1',
      [],
      Object.assign(new Error('invalid input: "Connection terminated"'), { code: '22P02' }),
    );
    expect(isDatabaseUnavailable(quoting)).toBe(false);
    expect(isRefusal(quoting)).toBe(true);
  });

  it.each(['ECONNRESET', 'EPIPE', 'EPERM', undefined])('does not treat %s as a rejection', (code) => {
    expect(isRefusal(Object.assign(new Error('broken'), { code }))).toBe(false);
  });
});
