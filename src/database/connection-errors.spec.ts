import { describe, expect, it } from '@jest/globals';
import { toDatabaseError } from './connection-errors.js';
import { NoServerError } from './connection-target.js';
import { isDatabaseUnavailable } from './database-errors.js';

const URL = 'postgres://me:secret@db.example.com/contacts';

const reason = (error: object, url = URL) =>
  toDatabaseError(Object.assign(new Error('refused'), error), url).message.replace(/.*cannot be used: /, '');

describe('toDatabaseError', () => {
  it('contains servers and database, and no credentials', () => {
    const { message } = toDatabaseError(new Error('broken'), URL);
    expect(message).toBe('The database db.example.com:5432/contacts cannot be used: broken.');
    expect(
      toDatabaseError(new Error('broken'), 'postgres://me:x@[::1]:1,/contacts?user=me').message,
    ).toContain('[::1]:1,localhost:5432/contacts');
  });

  it.each([
    [{ code: '28000', routine: 'ClientAuthentication' }, /^it requires TLS\. .*\?sslmode=require/],
    // Messages of Neon, Supabase and pgbouncer, which have no dedicated code.
    [{ code: '28000', message: 'connection is insecure (try using `sslmode=require`)' }, /^it requires TLS/],
    [{ code: 'XX000', message: 'SSL connection is required' }, /^it requires TLS/],
    [{ code: '08P01', message: 'SSL required' }, /^it requires TLS/],
  ])('recognizes that %p requires TLS', (error, message) => {
    expect(reason(error)).toMatch(message);
    expect(reason(error, `${URL}?sslmode=require`)).not.toMatch(/requires TLS/);
  });

  it.each([
    [
      { code: '28000', routine: 'InitializeSessionUserId', message: 'role "me" is not permitted to log in' },
      /does not accept the user \(role "me" is not/,
    ],
    [{ code: 'XX000', message: 'Tenant or user not found' }, /^Tenant or user not found\.$/],
    [{ code: '53300', message: 'too many connections for role "me"' }, /no free connections/],
    [{ code: 'CERT_HAS_EXPIRED' }, /has expired/],
    [{ code: 'CERT_NOT_YET_VALID' }, /clock/],
    [{ code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }, /not signed by a CA .*sslrootcert/],
    [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, /TLS connection failed/],
    [{ code: 'EAI_AGAIN', hostname: 'db.example.com' }, /db\.example\.com cannot be resolved/],
    [{ code: 'ENETUNREACH', syscall: 'connect' }, /cannot be reached \(ENETUNREACH\)\. .*firewalls/],
    [{ code: 'EACCES', syscall: 'connect' }, /no permission to use its Unix socket/],
    [{ message: 'timeout expired' }, /does not respond/],
  ])('explains %p', (error, message) => {
    expect(reason(error)).toMatch(message);
  });

  it('lists the reasons of several servers', () => {
    const error = new NoServerError(
      ['db1:5432', 'db2:5432'],
      [Object.assign(new Error(), { code: 'ECONNREFUSED' }), Object.assign(new Error(), { code: '57P03' })],
    );
    expect(toDatabaseError(error, 'postgres://me:secret@db1,db2/contacts').message).toMatch(
      /db1:5432,db2:5432\/contacts .*:\n {2}db1:5432: .*ECONNREFUSED.*\n {2}db2:5432: it is still starting/,
    );
    expect(isDatabaseUnavailable(error)).toBe(true);
  });
});

it.each([
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ENETUNREACH',
  'EPROTO',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
])('treats %s as an outage, because later connections can succeed', (code) =>
  expect(isDatabaseUnavailable(Object.assign(new Error('broken'), { code }))).toBe(true),
);
