import type { LogLevel } from '../logging/log-levels.js';

export const ROLES = ['all', 'api', 'session'] as const;
export type Role = (typeof ROLES)[number];

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;

/**
 * All settings: one field per environment variable. Names, units and defaults are defined only here, and valid values
 * in config-rules.ts. `.env.example` and docs/configuration.md describe them for operators. Secrets can also be read
 * from files (secret-files.ts).
 *
 * This file imports no packages, because the session thread gets a configuration that is already validated.
 */
export class Config {
  /** TCP port of the HTTP API. */
  PORT = 8888;

  /**
   * Address that the HTTP API listens on; `::` for all addresses, IPv6 and IPv4. Must be a loopback address without
   * API_KEY or ALLOW_ANONYMOUS.
   */
  HOST = '127.0.0.1';

  /** Key with all permissions. It can create other keys (`POST /keys`). Without it, the API requires no key. */
  API_KEY?: string;

  /** Allows the API to listen on addresses other than loopback without API_KEY. */
  ALLOW_ANONYMOUS = false;

  /**
   * Host names with a dot that clients can use, separated by commas. Without API_KEY, requests to other names are
   * rejected, because any website can point a name at this address (DNS rebinding).
   */
  ALLOWED_HOSTS: string[] = [];

  /**
   * Issuer of access tokens for MCP, as in their `iss` claim: an `https:` URL, or `http:` on this machine. Requires
   * API_KEY and OAUTH_AUDIENCE.
   */
  OAUTH_ISSUER?: string;

  /** URL of `/mcp` as clients use it. Access tokens must have it as `aud` claim. */
  OAUTH_AUDIENCE?: string;

  /**
   * Addresses of the proxies in front of the service: IP addresses, CIDRs, `loopback`, `linklocal` and `uniquelocal`.
   * The service ignores `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix` from other addresses, which could forge
   * them.
   */
  TRUSTED_PROXIES: string[] = [];

  /** Origins of web pages that can call the API from a browser, separated by commas. By default, none (CORS). */
  CORS_ORIGINS: string[] = [];

  /** Pairing codes that can be requested within 10 minutes, for each session. Each one notifies the phone. */
  PAIRING_CODES_PER_10_MINUTES = 3;

  /**
   * Encrypts secrets in the database, for all roles: 32 bytes in base64 or hexadecimal. If there are several, separated
   * by commas, the first encrypts and all decrypt.
   */
  ENCRYPTION_KEY: string[] = [];

  /**
   * Postgres URL, in the syntax of libpq. Missing parts come from PGHOST, PGUSER and other variables of libpq;
   * database-url.ts lists them. If neither DATABASE_URL nor PGHOST is set, the service runs an embedded Postgres in
   * DATA_DIR.
   */
  DATABASE_URL?: string;

  /**
   * Schema of the tables, created if it is missing, for databases that are shared with other programs or deployments.
   * By default, the first schema of the search path of the database user.
   */
  DATABASE_SCHEMA?: string;

  /**
   * Proxy for connections to WhatsApp and for webhooks with `https:` URLs. Sessions can have their own proxy. As for
   * curl, the lower-case name takes precedence; src/kernel/network/outgoing-proxies.ts applies all four variables.
   */
  HTTPS_PROXY?: string;

  /** Proxy for webhooks with `http:` URLs. */
  HTTP_PROXY?: string;

  /** Proxy for WhatsApp and for all webhooks. HTTPS_PROXY and HTTP_PROXY take precedence. */
  ALL_PROXY?: string;

  /** Hosts to connect to directly, separated by commas: `example.com`, `.example.com`, `10.0.0.1:8080` or `*`. */
  NO_PROXY?: string;

  /** Proxy for webhooks instead of those above; `direct` for none. */
  WEBHOOKS_PROXY?: string;

  /** Directory of the embedded Postgres. Made absolute. */
  DATA_DIR = './data';

  LOG_LEVEL: LogLevel = 'info';

  /** Log level of Baileys, independent of LOG_LEVEL. Its entries never contain names, texts or keys. */
  BAILEYS_LOG_LEVEL: LogLevel = 'error';

  /** Parts that run in this process: `all`, only the HTTP `api`, or only the WhatsApp `session`. */
  ROLE: Role = 'all';

  /**
   * Maximum sessions (accounts) of this process, all in one thread. An idle session takes about 1 MB and almost no CPU;
   * the limit in practice is how many are busy at the same time.
   */
  SESSIONS_PER_PROCESS = 500;

  /**
   * Decrypts messages of other accounts. The address book does not need their contents, so they stay encrypted by
   * default (docs/adr/0010-messages-stay-encrypted.md). Set it only if WhatsApp rejects devices that do not decrypt.
   */
  DECRYPT_MESSAGES = false;

  /**
   * Name of this service in the phone's list of linked devices. WhatsApp accepts pairing codes only from clients that
   * are named like a common browser. Linked devices keep the name that they had when they were linked.
   */
  DEVICE_NAME = 'Chrome (Mac OS)';

  /**
   * Days for which the feed stores changes. A consumer that is offline for longer has to read the whole list again. A
   * change takes about 1 kB.
   */
  CHANGES_KEEP_DAYS = 7;

  /**
   * Private networks that webhooks can be sent to, as CIDRs separated by commas. By default only public addresses are
   * allowed: otherwise, callers who can create webhooks could reach hosts that only this service can reach.
   */
  WEBHOOKS_ALLOW_PRIVATE: string[] = [];

  /**
   * Requests per minute for single contacts: changed pictures, and contacts that a caller or a notification requests
   * immediately. 0 turns off all profile fetches, including requested ones. WhatsApp publishes no limits, and bans
   * accounts that look up contacts in bulk. 20 is about the rate of a person who scrolls through their contacts.
   */
  DOWNLOADS_PER_MINUTE = 20;

  /**
   * Contacts per background batch of profile fetches (about, picture ID, business, username, identity key). One query
   * covers up to 50, and each contact is fetched at most once in 7 days. Batches are far apart, as in mautrix-whatsapp.
   */
  DOWNLOADS_BATCH_SIZE = 500;

  /** Minutes between batches. Each batch starts up to a quarter of this time early. */
  DOWNLOADS_BATCH_EVERY_MINUTES = 240;

  /**
   * Minutes after linking before background fetches start. A new device that fetches all contacts at once looks like a
   * scraper, and its connection is busy with the first sync.
   */
  DOWNLOADS_START_AFTER_MINUTES = 5;

  /**
   * Maximum number checks per account and day (`POST /contacts/lookup` with `check`). 0 turns checks off. WhatsApp bans
   * accounts that check numbers in bulk.
   */
  CHECKS_PER_DAY = 100;

  /**
   * Megabytes of profile pictures to store for each account. Beyond it, the least recently used ones are deleted. A
   * preview has 3 to 15 kB, so the default is enough for more than 30,000 contacts and fits on a small disk.
   */
  PICTURES_MAX_MB = 512;

  /**
   * Kilobytes of the largest profile picture to store; of larger ones, only the ID is stored. WhatsApp's full pictures
   * (640 pixels) have about 100 kB, so the default accepts all of them.
   */
  PICTURE_MAX_KB = 256;
}

/** The configuration is invalid. The message contains each variable, its value and the expected format. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Returns whether clients on other machines can use the API without a key. */
export function isOpenToOthers({ API_KEY, HOST }: Pick<Config, 'API_KEY' | 'HOST'>): boolean {
  return !API_KEY && !LOOPBACK.test(HOST);
}
