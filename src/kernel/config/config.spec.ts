import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config.js';
import { loadConfig } from './load-config.js';

describe('loadConfig', () => {
  it('has defaults for all settings except the database', () => {
    const config = loadConfig({});
    expect(config).toMatchObject({ PORT: 8888, HOST: '127.0.0.1', LOG_LEVEL: 'info', ROLE: 'all' });
    expect(config.DATABASE_URL).toBeUndefined();
    expect(config.DATA_DIR).toMatch(/^\/.*data$/);
  });

  it.each([
    ['DATABASE_URI', 'DATABASE_URL'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['PROT', 'PORT'],
    ['APIKEY', 'API_KEY'],
    ['api_key', 'API_KEY'],
    ['ENCRYPTION_KEY_FILES', 'ENCRYPTION_KEY_FILE'],
  ])('reports %s as a misspelled %s', (name, setting) => {
    const message = `${name} is not a setting. Did you mean ${setting}? Rename it, or unset it.`;
    expect(() => loadConfig({ [name]: 'geheim' })).toThrow(message);
  });

  it.each([
    { HOME: '/root', TERM: 'xterm', PGPORT: '5432', FTP_PROXY: 'http://proxy:3128', HOSTNAME: 'host' },
    { DATABASE_URI: 'of another program', DATABASE_URL: 'postgres://localhost/contacts' },
    { LOG_LEVELS: '' },
  ])('ignores variables of other programs: %j', (env) => {
    expect(() => loadConfig(env)).not.toThrow();
  });

  it('treats an empty variable as not set', () => {
    expect(loadConfig({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({ PORT: 8888 });
  });

  it.each([
    ['PORT', 'eight', 'Invalid PORT "eight": set it to a TCP port from 1 to 65535, for example 8888.'],
    ['PORT', '70000', 'Invalid PORT 70000: set it to a TCP port from 1 to 65535, for example 8888.'],
    ['PORT', '80.5', 'Invalid PORT "80.5": set it to a TCP port'],
    [
      'LOG_LEVEL',
      'loud',
      'Invalid LOG_LEVEL "loud": set it to fatal, error, warn, info, debug, trace or silent.',
    ],
    ['ROLE', 'boss', 'Invalid ROLE "boss": set it to all, api or session.'],
    ['HOST', 'no host', 'Invalid HOST "no host": set it to an address or host name'],
    [
      'TRUSTED_PROXIES',
      '10.0.0.7,proxy',
      'Invalid TRUSTED_PROXIES ["10.0.0.7","proxy"]: set it to the addresses',
    ],
    ['TRUSTED_PROXIES', '0.0.0.0/0', 'Invalid TRUSTED_PROXIES ["0.0.0.0/0"]: set it to the addresses'],
    ['TRUSTED_PROXIES', '::/0', 'Invalid TRUSTED_PROXIES ["::/0"]: set it to the addresses'],
    [
      'CORS_ORIGINS',
      '*',
      'Invalid CORS_ORIGINS ["*"]: set it to origins separated by commas, without a path',
    ],
    [
      'CORS_ORIGINS',
      'https://a.example/app',
      'Invalid CORS_ORIGINS ["https://a.example/app"]: set it to origins',
    ],
    ['CORS_ORIGINS', 'null', 'Invalid CORS_ORIGINS ["null"]: set it to origins'],
    ['OAUTH_ISSUER', 'login', 'Invalid OAUTH_ISSUER "login": set it to an https URL'],
    ['OAUTH_ISSUER', 'http://a.example', 'Invalid OAUTH_ISSUER "http://a.example": set it to an https URL'],
    ['OAUTH_ISSUER', 'https://a.example', 'OAUTH_ISSUER and OAUTH_AUDIENCE require each other and API_KEY.'],
    ['CHECKS_PER_DAY', '-1', 'Invalid CHECKS_PER_DAY -1: set it to a number of numbers from 0 to 10000'],
    [
      'CHECKS_PER_DAY',
      '10001',
      'Invalid CHECKS_PER_DAY 10001: set it to a number of numbers from 0 to 10000',
    ],
    [
      'CHECKS_PER_DAY',
      'many',
      'Invalid CHECKS_PER_DAY "many": set it to a number of numbers from 0 to 10000',
    ],
  ])('rejects %s=%s with a message that contains the value and the format', (name, value, message) => {
    expect(() => loadConfig({ [name]: value })).toThrow(message);
  });

  it('does not repeat an invalid database URL, which may contain a password', () => {
    const load = () => loadConfig({ DATABASE_URL: 'mysql://user:secret@db/x' });
    expect(load).toThrow(/Invalid DATABASE_URL: set it to a Postgres URL, for example postgres:/);
    expect(load).not.toThrow(/secret/);
  });

  it.each(['pa#ss', 'pa/ss', '1/ss', 'pa?ss', '1?ss', 'pa%ss'])(
    'explains how to encode the password %s, without repeating it',
    (password) => {
      const load = (text: string) => () =>
        loadConfig({ DATABASE_URL: `postgres://me:${text}@db:5432/contacts` });
      expect(load(password)).toThrow(/Invalid DATABASE_URL: .*encodeURIComponent/);
      expect(load(password)).not.toThrow(new RegExp(password.replace('?', '\\?')));
      expect(load(encodeURIComponent(password))()).toMatchObject({ ROLE: 'all' });
    },
  );

  it.each(['postgres:///contacts?host=/var/run/postgresql', 'postgresql://me@db/contacts?sslmode=require'])(
    'accepts %s',
    (url) => expect(loadConfig({ DATABASE_URL: url }).DATABASE_URL).toBe(url),
  );

  it.each(['Contacts', 'my-schema', '1st', 'pg_contacts', 'a b', 'a"b', 'x'.repeat(64)])(
    'rejects the schema %s',
    (DATABASE_SCHEMA) =>
      expect(() => loadConfig({ DATABASE_SCHEMA })).toThrow(
        /Invalid DATABASE_SCHEMA .* for example whatsapp_contacts/,
      ),
  );

  it.each(['whatsapp_contacts', '_2', 'x'.repeat(63)])('accepts the schema %s', (DATABASE_SCHEMA) =>
    expect(loadConfig({ DATABASE_SCHEMA }).DATABASE_SCHEMA).toBe(DATABASE_SCHEMA),
  );

  it('accepts encryption keys, and does not repeat invalid ones', () => {
    const [base64, hex] = [Buffer.alloc(32, 7).toString('base64'), '07'.repeat(32)];
    expect(loadConfig({ ENCRYPTION_KEY: `${base64}, ${hex}` }).ENCRYPTION_KEY).toEqual([base64, hex]);
    expect(() => loadConfig({ ENCRYPTION_KEY: 'my password' })).toThrow(
      /^Invalid ENCRYPTION_KEY: (?!.*password)/,
    );
    expect(() => loadConfig({ API_KEY: 'short' })).toThrow(/^Invalid API_KEY: set it to 16 to 200/);
  });

  it.each(['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'HTTP_PROXY', 'WEBHOOKS_PROXY'])(
    'rejects an invalid %s without repeating it',
    (name) => {
      const load = (proxy: string) => () => loadConfig({ [name]: proxy });
      for (const invalid of [
        'proxy.example.com:3128',
        'socks4://u:s3cret@proxy:1080',
        'http://u:s3/cret@proxy:80',
      ])
        expect(load(invalid)).toThrow(/^Invalid [A-Z]+_PROXY: set it to (?!.*s3).* for example socks5:\/\//);
      expect(load('socks5h://user:p%2Fw@[::1]:1080')).not.toThrow();
      expect(load('  ')).not.toThrow();
    },
  );

  it('prefers the lower-case name of a proxy, and accepts "direct" for webhooks only', () => {
    const env = { https_proxy: 'http://lower:1', HTTPS_PROXY: 'http://upper:1', WEBHOOKS_PROXY: 'direct' };
    expect(loadConfig(env)).toMatchObject({ HTTPS_PROXY: 'http://lower:1', WEBHOOKS_PROXY: 'direct' });
    expect(() => loadConfig({ HTTPS_PROXY: 'direct' })).toThrow(/^Invalid HTTPS_PROXY/);
  });

  it.each(['0.0.0.0', '::', '10.0.0.7', 'contacts.example.com'])('requires a key if HOST is %s', (HOST) => {
    const DATABASE_URL = 'postgres://u:p@db/contacts';
    expect(() => loadConfig({ HOST })).toThrow(/requires API_KEY/);
    expect(() => loadConfig({ HOST, ALLOW_ANONYMOUS: 'perhaps' })).toThrow(
      /Invalid ALLOW_ANONYMOUS "perhaps"/,
    );
    for (const more of [
      { API_KEY: 'x'.repeat(16) },
      { ALLOW_ANONYMOUS: 'true' },
      { ROLE: 'session', DATABASE_URL },
    ])
      expect(loadConfig({ HOST, ...more }).HOST).toBe(HOST);
  });

  it('reports all invalid variables', () => {
    expect(() => loadConfig({ PORT: 'x', LOG_LEVEL: 'y' })).toThrow(/PORT[^]*LOG_LEVEL/);
  });

  it('rejects a single role without a database for the roles to share', () => {
    expect(() => loadConfig({ ROLE: 'api' })).toThrow(ConfigError);
    expect(loadConfig({ ROLE: 'api', DATABASE_URL: 'postgres://u:p@db/contacts' }).ROLE).toBe('api');
  });
});
