import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from './config.js';

describe('the configuration', () => {
  it('has defaults for everything but the database', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({ PORT: 8888, HOST: '127.0.0.1', LOG_LEVEL: 'info', ROLE: 'all' });
    expect(config.DATABASE_URL).toBeUndefined();
    expect(config.DATA_DIR).toMatch(/^\/.*data$/);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({ PORT: 8888 });
  });

  it.each([
    ['PORT', 'eight', 'PORT is "eight", but must be a TCP port from 1 to 65535, for example 8888.'],
    ['PORT', '70000', 'PORT is 70000, but must be a TCP port from 1 to 65535, for example 8888.'],
    ['PORT', '80.5', 'PORT is "80.5", but must be a TCP port'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL is "loud", but must be one of fatal, error, warn, info'],
    ['ROLE', 'boss', 'ROLE is "boss", but must be one of all, api, session.'],
    ['HOST', 'no host', 'HOST is "no host", but must be an address or host name'],
  ])('names %s and its wrong value %s and the right form', (name, value, message) => {
    expect(() => loadConfig({ [name]: value })).toThrow(message);
  });

  it('does not repeat a wrong database URL, which may hold a password', () => {
    const load = () => loadConfig({ DATABASE_URL: 'mysql://user:secret@db/x' });
    expect(load).toThrow(
      /DATABASE_URL is not of that form, but must be a Postgres URL, for example postgres:/,
    );
    expect(load).not.toThrow(/secret/);
  });

  it.each(['pa#ss', 'pa/ss', '1/ss', 'pa?ss', '1?ss', 'pa%ss'])(
    'says how to write the password %s, without repeating it',
    (password) => {
      const load = (text: string) => () =>
        loadConfig({ DATABASE_URL: `postgres://me:${text}@db:5432/contacts` });
      expect(load(password)).toThrow(/DATABASE_URL is not of that form.*encodeURIComponent/);
      expect(load(password)).not.toThrow(new RegExp(password.replace('?', '\\?')));
      expect(load(encodeURIComponent(password))()).toMatchObject({ ROLE: 'all' });
    },
  );

  it.each(['postgres:///contacts?host=/var/run/postgresql', 'postgresql://me@db/contacts?sslmode=require'])(
    'takes %s',
    (url) => expect(loadConfig({ DATABASE_URL: url }).DATABASE_URL).toBe(url),
  );

  it('takes keys for encryption, and does not repeat wrong ones', () => {
    const [base64, hex] = [Buffer.alloc(32, 7).toString('base64'), '07'.repeat(32)];
    expect(loadConfig({ ENCRYPTION_KEY: `${base64}, ${hex}` }).ENCRYPTION_KEY).toEqual([base64, hex]);
    expect(() => loadConfig({ ENCRYPTION_KEY: 'my password' })).toThrow(/ENCRYPTION_KEY is not of that form/);
    expect(() => loadConfig({ API_KEY: 'short' })).toThrow(/API_KEY is not of that form.*16 to 200/);
  });

  it.each(['0.0.0.0', '::', '10.0.0.7', 'contacts.example.com'])(
    'asks for a key where HOST is %s',
    (HOST) => {
      const DATABASE_URL = 'postgres://u:p@db/contacts';
      expect(() => loadConfig({ HOST })).toThrow(/API_KEY is not set/);
      expect(() => loadConfig({ HOST, ALLOW_ANONYMOUS: 'perhaps' })).toThrow(/ALLOW_ANONYMOUS is "perhaps"/);
      for (const more of [
        { API_KEY: 'x'.repeat(16) },
        { ALLOW_ANONYMOUS: 'true' },
        { ROLE: 'session', DATABASE_URL },
      ])
        expect(loadConfig({ HOST, ...more }).HOST).toBe(HOST);
    },
  );

  it('names every variable that is wrong', () => {
    expect(() => loadConfig({ PORT: 'x', LOG_LEVEL: 'y' })).toThrow(/PORT[^]*LOG_LEVEL/);
  });

  it('refuses a single role without a database that the roles could meet in', () => {
    expect(() => loadConfig({ ROLE: 'api' })).toThrow(ConfigError);
    expect(loadConfig({ ROLE: 'api', DATABASE_URL: 'postgres://u:p@db/contacts' }).ROLE).toBe('api');
  });
});
