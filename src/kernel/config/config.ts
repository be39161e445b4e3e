import { resolve } from 'node:path';
import { plainToInstance, Transform } from 'class-transformer';
import { IsOptional, IsString, Matches, ValidateBy, validateSync } from 'class-validator';
import ipaddr from 'ipaddr.js';
import { LOG_LEVELS, type LogLevel } from '../logging/log-levels.js';
import {
  Flag,
  Integer,
  OneOf,
  Origins,
  PostgresUrl,
  Proxy,
  ServerUrl,
  toList,
  toWords,
  TrustedAddresses,
} from './config-decorators.js';
import { readDatabaseUrl } from './database-url.js';
import { misspelledSettings } from './misspelled-settings.js';
import { readSecretFiles, SECRET_SETTINGS } from './secret-files.js';

const ROLES = ['all', 'api', 'session'] as const;
export type Role = (typeof ROLES)[number];

/** Browsers and systems from which WhatsApp accepts pairing codes (whatsmeow pair-code.go, defaults of Baileys). */
const DEVICE_NAME = /^(Chrome|Edge|Firefox|Opera|Safari) \((Windows|Mac OS|Linux|Ubuntu)\)$/;

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;

/**
 * All settings: one field per environment variable. Names, units and defaults are defined only here; `.env.example`
 * and docs/configuration.md describe them for operators. Secrets can also be read from files (secret-files.ts).
 */
export class Config {
  /** TCP port of the HTTP API. */
  @Integer(1, 65_535, { form: 'TCP port', example: 8888 })
  PORT = 8888;

  /**
   * Address that the HTTP API listens on; `::` for all addresses, IPv6 and IPv4. Must be a loopback address without
   * API_KEY or ALLOW_ANONYMOUS.
   */
  @Matches(/^[\w.:-]+$/, {
    message: 'an address or host name to listen on, for example 127.0.0.1, or :: for all addresses',
  })
  HOST = '127.0.0.1';

  /** Key with all permissions. It can create other keys (`POST /keys`). Without it, the API requires no key. */
  @IsOptional()
  @Matches(/^(?!wac_)[\x21-\x7e]{16,200}$/, {
    message:
      '16 to 200 random characters without spaces, not starting with wac_ (reserved for created keys), for ' +
      'example the output of: openssl rand -hex 32',
  })
  API_KEY?: string;

  /** Allows the API to listen on addresses other than loopback without API_KEY. */
  @Flag()
  ALLOW_ANONYMOUS = false;

  /**
   * Host names with a dot that clients can use, separated by commas. Without API_KEY, requests to other names are
   * rejected, because any website can point a name at this address (DNS rebinding).
   */
  @Transform(toList)
  @Matches(/^[a-z0-9.-]+$/, {
    each: true,
    message: 'host names separated by commas, for example contacts.example.com,contacts.internal',
  })
  ALLOWED_HOSTS: string[] = [];

  /**
   * Issuer of access tokens for MCP, as in their `iss` claim: an `https:` URL, or `http:` on this machine. Requires
   * API_KEY and OAUTH_AUDIENCE.
   */
  @IsOptional()
  @ServerUrl('https://login.example.com')
  OAUTH_ISSUER?: string;

  /** URL of `/mcp` as clients use it. Access tokens must have it as `aud` claim. */
  @IsOptional()
  @ServerUrl('https://contacts.example.com/mcp')
  OAUTH_AUDIENCE?: string;

  /**
   * Addresses of the proxies in front of the service: IP addresses, CIDRs, `loopback`, `linklocal` and `uniquelocal`.
   * The service ignores `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix` from other addresses, which could forge
   * them.
   */
  @TrustedAddresses()
  TRUSTED_PROXIES: string[] = [];

  /** Origins of web pages that can call the API from a browser, separated by commas. By default, none (CORS). */
  @Origins()
  CORS_ORIGINS: string[] = [];

  /** Pairing codes that can be requested within 10 minutes, for each session. Each one notifies the phone. */
  @Integer(1, 1_000, { form: 'number of codes', example: 3 })
  PAIRING_CODES_PER_10_MINUTES = 3;

  /**
   * Encrypts secrets in the database, for all roles: 32 bytes in base64 or hexadecimal. If there are several, separated
   * by commas, the first encrypts and all decrypt.
   */
  @Transform(toWords)
  @Matches(/^([0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=)$/, {
    each: true,
    message:
      '32 bytes in base64 or hexadecimal, for example the output of: openssl rand -base64 32. Separate several ' +
      'keys by commas; the first one encrypts',
  })
  ENCRYPTION_KEY: string[] = [];

  /**
   * Postgres URL, in the syntax of libpq. Missing parts come from PGHOST, PGUSER and other variables of libpq;
   * database-url.ts lists them. If neither DATABASE_URL nor PGHOST is set, the service runs an embedded Postgres in
   * DATA_DIR.
   */
  @IsOptional()
  @PostgresUrl()
  DATABASE_URL?: string;

  /**
   * Schema of the tables, created if it is missing, for databases that are shared with other programs or deployments.
   * By default, the first schema of the search path of the database user.
   */
  @IsOptional()
  @Matches(/^(?!pg_)[a-z_][a-z0-9_]{0,62}$/, {
    message:
      'a schema name of up to 63 lowercase letters, digits and underscores that does not start with a digit or pg_, ' +
      'for example whatsapp_contacts',
  })
  DATABASE_SCHEMA?: string;

  /**
   * Proxy for connections to WhatsApp and for webhooks with `https:` URLs. Sessions can have their own proxy. As for
   * curl, the lower-case name takes precedence; src/kernel/network/outgoing-proxies.ts applies all four variables.
   */
  @Proxy()
  HTTPS_PROXY?: string;

  /** Proxy for webhooks with `http:` URLs. */
  @Proxy()
  HTTP_PROXY?: string;

  /** Proxy for WhatsApp and for all webhooks. HTTPS_PROXY and HTTP_PROXY take precedence. */
  @Proxy()
  ALL_PROXY?: string;

  /** Hosts to connect to directly, separated by commas: `example.com`, `.example.com`, `10.0.0.1:8080` or `*`. */
  @IsOptional()
  @IsString()
  NO_PROXY?: string;

  /** Proxy for webhooks instead of those above; `direct` for none. */
  @Proxy({ orDirect: true })
  WEBHOOKS_PROXY?: string;

  /** Directory of the embedded Postgres. Made absolute. */
  @IsString()
  @Matches(/\S/, { message: 'a directory, for example ./data' })
  DATA_DIR = './data';

  @OneOf(LOG_LEVELS)
  LOG_LEVEL: LogLevel = 'info';

  /** Log level of Baileys, independent of LOG_LEVEL. Its entries never contain names, texts or keys. */
  @OneOf(LOG_LEVELS)
  BAILEYS_LOG_LEVEL: LogLevel = 'error';

  /** Parts that run in this process: `all`, only the HTTP `api`, or only the WhatsApp `session`. */
  @OneOf(ROLES)
  ROLE: Role = 'all';

  /**
   * Maximum sessions (accounts) of this process, all in one thread. An idle session takes about 1 MB and almost no CPU;
   * the limit in practice is how many are busy at the same time.
   */
  @Integer(1, 10_000, { form: 'number of sessions', example: 500 })
  SESSIONS_PER_PROCESS = 500;

  /**
   * Decrypts messages of other accounts. The address book does not need their contents, so they stay encrypted by
   * default (docs/adr/0010-messages-stay-encrypted.md). Set it only if WhatsApp rejects devices that do not decrypt.
   */
  @Flag()
  DECRYPT_MESSAGES = false;

  /**
   * Name of this service in the phone's list of linked devices. WhatsApp accepts pairing codes only from clients that
   * are named like a common browser. Linked devices keep the name that they had when they were linked.
   */
  @Matches(DEVICE_NAME, {
    message:
      '"<browser> (<system>)" with Chrome, Edge, Firefox, Opera or Safari and Windows, Mac OS, Linux or Ubuntu, for ' +
      'example "Chrome (Mac OS)". WhatsApp rejects other names',
  })
  DEVICE_NAME = 'Chrome (Mac OS)';

  /**
   * Days for which the feed stores changes. A consumer that is offline for longer has to read the whole list again. A
   * change takes about 1 kB.
   */
  @Integer(1, 365, { form: 'number of days', example: 7 })
  CHANGES_KEEP_DAYS = 7;

  /**
   * Private networks that webhooks can be sent to, as CIDRs separated by commas. By default only public addresses are
   * allowed: otherwise, callers who can create webhooks could reach hosts that only this service can reach.
   */
  @Transform(toList)
  @ValidateBy(
    { name: 'isCidr', validator: { validate: (text) => ipaddr.isValidCIDR(String(text)) } },
    { each: true, message: 'CIDRs separated by commas, for example 10.1.0.0/16,fd00::/8' },
  )
  WEBHOOKS_ALLOW_PRIVATE: string[] = [];

  /**
   * Requests per minute for single contacts: changed pictures, and contacts that a caller or a notification requests
   * immediately. 0 turns off all profile fetches, including requested ones. WhatsApp publishes no limits, and bans
   * accounts that look up contacts in bulk. 20 is about the rate of a person who scrolls through their contacts.
   */
  @Integer(0, 6_000, { form: 'number of contacts', example: 20 })
  DOWNLOADS_PER_MINUTE = 20;

  /**
   * Contacts per background batch of profile fetches (about, picture ID, business, username, identity key). One query
   * covers up to 50, and each contact is fetched at most once in 7 days. Batches are far apart, as in mautrix-whatsapp.
   */
  @Integer(1, 1_000, { form: 'number of contacts', example: 500 })
  DOWNLOADS_BATCH_SIZE = 500;

  /** Minutes between batches. Each batch starts up to a quarter of this time early. */
  @Integer(1, 10_080, { form: 'number of minutes', example: 240 })
  DOWNLOADS_BATCH_EVERY_MINUTES = 240;

  /**
   * Minutes after linking before background fetches start. A new device that fetches all contacts at once looks like a
   * scraper, and its connection is busy with the first sync.
   */
  @Integer(0, 10_080, { form: 'number of minutes', example: 5 })
  DOWNLOADS_START_AFTER_MINUTES = 5;

  /**
   * Maximum number checks per account and day (`POST /contacts/lookup` with `check`). 0 turns checks off. WhatsApp bans
   * accounts that check numbers in bulk.
   */
  @Integer(0, 10_000, { form: 'number of numbers', example: 100 })
  CHECKS_PER_DAY = 100;

  /**
   * Megabytes of profile pictures to store for each account. Beyond it, the least recently used ones are deleted. A
   * preview has 3 to 15 kB, so the default is enough for more than 30,000 contacts and fits on a small disk.
   */
  @Integer(1, 1_048_576, { form: 'whole number of megabytes', example: 512 })
  PICTURES_MAX_MB = 512;

  /**
   * Kilobytes of the largest profile picture to store; of larger ones, only the ID is stored. WhatsApp's full pictures
   * (640 pixels) have about 100 kB, so the default accepts all of them.
   */
  @Integer(1, 16_384, { form: 'whole number of kilobytes', example: 256 })
  PICTURE_MAX_KB = 256;
}

/** The configuration is invalid. The message contains each variable, its value and the expected format. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const SECRETS = new Set<string>(SECRET_SETTINGS);
/** Settings without a default that are therefore not properties of a new Config. */
const WITHOUT_DEFAULT = [
  'API_KEY',
  'OAUTH_ISSUER',
  'OAUTH_AUDIENCE',
  'DATABASE_URL',
  'DATABASE_SCHEMA',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'WEBHOOKS_PROXY',
];
/** Settings whose lower-case name takes precedence, as in other programs. */
const EITHER_CASE = /^(HTTPS?|ALL|NO)_PROXY$/;

/**
 * Reads and validates the configuration.
 * @throws ConfigError with all invalid variables
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const names = new Set([...Object.keys(new Config()), ...WITHOUT_DEFAULT]);
  const read = (name: string) => (EITHER_CASE.test(name) && env[name.toLowerCase()]) || env[name];
  const values = Object.fromEntries(
    [...names].filter((name) => read(name)?.trim()).map((name) => [name, read(name)?.trim()]),
  );
  const files = readSecretFiles(env, (name) => Boolean(read(name)?.trim()));
  // The checks below would report a secret that cannot be read as missing.
  if (files.problems.length > 0) throw new ConfigError(files.problems.join('\n'));
  Object.assign(values, files.values);
  const databaseUrl = readDatabaseUrl({ ...env, ...files.values });
  if (databaseUrl) values.DATABASE_URL = databaseUrl;
  const config = plainToInstance(Config, values, { exposeDefaultValues: true });
  const problems = validateSync(config).map(({ property, value, constraints }) => {
    const path = files.paths[property];
    const source = path ? ` in the file ${JSON.stringify(path)}` : '';
    const shown = SECRETS.has(property) ? `${property}${source}` : `${property} ${JSON.stringify(value)}`;
    return `Invalid ${shown}: set it to ${Object.values(constraints ?? {}).at(-1)}.`;
  });
  problems.push(...misspelledSettings(env, [...names, ...SECRET_SETTINGS.map((name) => `${name}_FILE`)]));
  if (config.ROLE !== 'all' && !config.DATABASE_URL) {
    problems.push(
      `ROLE "${config.ROLE}" requires DATABASE_URL, because the roles share one Postgres database. Set it, for ` +
        'example to postgres://user:password@localhost:5432/whatsapp_contacts.',
    );
  }
  if (
    Boolean(config.OAUTH_ISSUER) !== Boolean(config.OAUTH_AUDIENCE) ||
    (config.OAUTH_ISSUER && !config.API_KEY)
  ) {
    problems.push(
      'OAUTH_ISSUER and OAUTH_AUDIENCE require each other and API_KEY. Set all of them, for example OAUTH_ISSUER to ' +
        'https://login.example.com and OAUTH_AUDIENCE to https://contacts.example.com/mcp.',
    );
  }
  if (config.ROLE !== 'session' && isOpenToOthers(config) && config.ALLOW_ANONYMOUS !== true) {
    problems.push(
      `HOST "${config.HOST}" requires API_KEY: without a key, every client that reaches this address can read all ` +
        'contacts and link accounts. Set API_KEY, for example to the output of: openssl rand -hex 32. Or set HOST to ' +
        '127.0.0.1, or ALLOW_ANONYMOUS to true if only trusted clients can reach the address.',
    );
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  config.DATA_DIR = resolve(config.DATA_DIR);
  return config;
}

/** Returns whether clients on other machines can use the API without a key. */
export function isOpenToOthers({ API_KEY, HOST }: Pick<Config, 'API_KEY' | 'HOST'>): boolean {
  return !API_KEY && !LOOPBACK.test(HOST);
}
