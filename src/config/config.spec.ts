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

  it('names every variable that is wrong', () => {
    expect(() => loadConfig({ PORT: 'x', LOG_LEVEL: 'y' })).toThrow(/PORT[^]*LOG_LEVEL/);
  });

  it('refuses a single role without a database that the roles could meet in', () => {
    expect(() => loadConfig({ ROLE: 'api' })).toThrow(ConfigError);
    expect(loadConfig({ ROLE: 'api', DATABASE_URL: 'postgres://u:p@db/contacts' }).ROLE).toBe('api');
  });
});
