import { plainToInstance, Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateBy,
  validateSync,
} from 'class-validator';
import ipaddr from 'ipaddr.js';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const ROLES = ['all', 'api', 'session'] as const;
export type Role = (typeof ROLES)[number];

/** Browsers and systems that WhatsApp is known to take pairing codes from (whatsmeow pair-code.go, Baileys' defaults). */
const DEVICE_NAME = /^(Chrome|Edge|Firefox|Opera|Safari) \((Windows|Mac OS|Linux|Ubuntu)\)$/;

const MEGABYTES = 'a whole number of megabytes from 1 to 1048576, for example 512';
const DAYS = 'a whole number of days from 1 to 365, for example 7';
const KILOBYTES = 'a whole number of kilobytes from 1 to 16384, for example 256';

/** Text to number; what is no number is left as it is, for the validator to name. */
const toNumber = ({ value }: { value: unknown }) => (/^-?\d+$/.test(String(value)) ? Number(value) : value);

const toBoolean = ({ value }: { value: unknown }) => {
  const text = String(value).toLowerCase();
  return text === 'true' || (text === 'false' ? false : value);
};

const toWords = ({ value }: { value: unknown }) =>
  typeof value === 'string' ? value.split(/[\s,]+/).filter(Boolean) : value;

const toList = ({ value }: { value: unknown }) =>
  toWords({ value: typeof value === 'string' ? value.toLowerCase() : value });

const DATABASE_URL_FORM = {
  message:
    'a Postgres URL, for example postgres://user:password@localhost:5432/whatsapp_contacts; characters of the password ' +
    'other than letters and digits are written as encodeURIComponent does, # as %23 and / as %2F',
};

/** What is left of a password with a bare `/`, `?` or `#` in it would be taken for a path, and its beginning for a port. */
function isPostgresUrl(text: unknown): boolean {
  try {
    const { username, password, pathname, search, hash } = new URL(String(text));
    decodeURIComponent(username + password);
    return !hash && !`${pathname}${search}`.includes('@');
  } catch {
    return false;
  }
}

/** Whether only this machine can reach it. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;

/**
 * Everything that can be configured, one environment variable a field. The only place that knows names,
 * units and defaults; `.env.example` and the README repeat them for people.
 */
export class Config {
  /** TCP port of the HTTP API. */
  @Transform(toNumber)
  @IsInt({ message: 'a TCP port from 1 to 65535, for example 8888' })
  @Min(1, { message: 'a TCP port from 1 to 65535, for example 8888' })
  @Max(65535, { message: 'a TCP port from 1 to 65535, for example 8888' })
  PORT = 8888;

  /** Address that the HTTP API listens on. Without API_KEY only this machine's own, unless ALLOW_ANONYMOUS is set. */
  @Matches(/^[\w.:-]+$/, {
    message: 'an address or host name to listen on, for example 127.0.0.1 or 0.0.0.0',
  })
  HOST = '127.0.0.1';

  /**
   * The key that may do everything, and creates others (`POST /keys`). Without it, everybody who reaches the API may do
   * everything.
   */
  @IsOptional()
  @Matches(/^(?!wac_)[\x21-\x7e]{16,200}$/, {
    message:
      '16 to 200 characters without spaces that nobody can guess, not beginning with wac_ as created keys do, for example the output of: openssl rand -hex 32',
  })
  API_KEY?: string;

  /** Whether the API may be open to everybody on other addresses than this machine's own. */
  @Transform(toBoolean)
  @IsBoolean({ message: 'true or false' })
  ALLOW_ANONYMOUS = false;

  /**
   * Names with a dot that this service goes by, separated by commas. Without API_KEY, requests to others are refused, because
   * any page could let a name of its own point here.
   */
  @Transform(toList)
  @Matches(/^[a-z0-9.-]+$/, {
    each: true,
    message: 'host names separated by commas, for example contacts.example.com,contacts.internal',
  })
  ALLOWED_HOSTS: string[] = [];

  /** How many pairing codes may be asked for in 10 minutes, for each session. Each rings on the phone with that number. */
  @Transform(toNumber)
  @IsInt({ message: 'a number of codes from 1 to 1000, for example 3' })
  @Min(1, { message: 'a number of codes from 1 to 1000, for example 3' })
  @Max(1000, { message: 'a number of codes from 1 to 1000, for example 3' })
  PAIRING_CODES_PER_10_MINUTES = 3;

  /**
   * Encrypts secrets in the database, for all roles: 32 bytes in base64 or hexadecimal. With several, separated by commas,
   * the first encrypts and all decrypt. Set here, or in a file named by ENCRYPTION_KEY_FILE.
   */
  @Transform(toWords)
  @Matches(/^([0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=)$/, {
    each: true,
    message:
      '32 bytes in base64 or hexadecimal, for example the output of: openssl rand -base64 32; or several, separated by ' +
      'commas, of which the first encrypts',
  })
  ENCRYPTION_KEY: string[] = [];

  /** Postgres to use; without it an embedded one runs under DATA_DIR. */
  @IsOptional()
  @Matches(/^postgres(ql)?:\/\/[^\s]+$/, DATABASE_URL_FORM)
  @ValidateBy({ name: 'isPostgresUrl', validator: { validate: isPostgresUrl } }, DATABASE_URL_FORM)
  DATABASE_URL?: string;

  /** Folder for what the service keeps itself: the embedded database. Made absolute. */
  @IsString()
  @Matches(/\S/, { message: 'a folder, for example ./data' })
  DATA_DIR = './data';

  @IsIn(LOG_LEVELS, { message: `one of ${LOG_LEVELS.join(', ')}` })
  LOG_LEVEL: LogLevel = 'info';

  /** Of what Baileys logs, whatever LOG_LEVEL is. Names, texts and keys are in none of it. */
  @IsIn(LOG_LEVELS, { message: `one of ${LOG_LEVELS.join(', ')}` })
  BAILEYS_LOG_LEVEL: LogLevel = 'error';

  /** Which parts run in this process: `all`, only the HTTP `api`, or only the WhatsApp `session`. */
  @IsIn(ROLES, { message: `one of ${ROLES.join(', ')}` })
  ROLE: Role = 'all';

  /**
   * How many sessions (accounts) this process runs at most, all of them in one thread. An idle one takes about 1 MB and
   * next to no CPU; what limits them is how many are busy at once.
   */
  @Transform(toNumber)
  @IsInt({ message: 'a number of sessions from 1 to 10000, for example 500' })
  @Min(1, { message: 'a number of sessions from 1 to 10000, for example 500' })
  @Max(10_000, { message: 'a number of sessions from 1 to 10000, for example 500' })
  SESSIONS_PER_PROCESS = 500;

  /**
   * Whether messages of others are decrypted. The address book needs none of their contents, so that by default they stay
   * encrypted (docs/adr/0010-messages-stay-encrypted.md). Set it only if WhatsApp objects to a device that decrypts nothing.
   */
  @Transform(toBoolean)
  @IsBoolean({ message: 'true or false' })
  DECRYPT_MESSAGES = false;

  /**
   * What the phone lists this service as under "Linked devices". WhatsApp takes pairing codes only from clients that are
   * named like a common browser. It counts at linking; a linked device keeps its name.
   */
  @Matches(DEVICE_NAME, {
    message:
      '"<browser> (<system>)" with Chrome, Edge, Firefox, Opera or Safari and Windows, Mac OS, Linux or Ubuntu, for ' +
      'example "Chrome (Mac OS)"; WhatsApp refuses others',
  })
  DEVICE_NAME = 'Chrome (Mac OS)';

  /**
   * Days for which changes are kept in the feed. A consumer who was away for longer reads the whole list once more; one change
   * takes about 1 kB.
   */
  @Transform(toNumber)
  @IsInt({ message: DAYS })
  @Min(1, { message: DAYS })
  @Max(365, { message: DAYS })
  CHANGES_KEEP_DAYS = 7;

  /**
   * Addresses in private networks that webhooks may be sent to, as CIDRs separated by commas. Without it, only public addresses
   * are: whoever creates a webhook could otherwise have this service call what only it can reach.
   */
  @Transform(toList)
  @ValidateBy(
    { name: 'isCidr', validator: { validate: (text) => ipaddr.isValidCIDR(String(text)) } },
    { each: true, message: 'CIDRs separated by commas, for example 10.1.0.0/16,fd00::/8' },
  )
  WEBHOOKS_ALLOW_PRIVATE: string[] = [];

  /**
   * How many requests a minute are about one person alone: pictures that have changed, and people whom a caller or a
   * notification wants at once; 0 asks about nobody, not even on request. WhatsApp publishes no limits, and bans accounts
   * that ask in bulk. 20 a minute is what a person who scrolls through their contacts causes.
   */
  @Transform(toNumber)
  @IsInt({ message: 'a number of people from 0 to 6000, for example 20' })
  @Min(0, { message: 'a number of people from 0 to 6000, for example 20' })
  @Max(6000, { message: 'a number of people from 0 to 6000, for example 20' })
  DOWNLOADS_PER_MINUTE = 20;

  /**
   * How many people a batch asks about in the background (about, picture id, business, user name, identity key), up to 50 with one
   * query, everybody once in 7 days at most. Batches are far apart, as those of mautrix-whatsapp are.
   */
  @Transform(toNumber)
  @IsInt({ message: 'a number of people from 1 to 1000, for example 500' })
  @Min(1, { message: 'a number of people from 1 to 1000, for example 500' })
  @Max(1000, { message: 'a number of people from 1 to 1000, for example 500' })
  DOWNLOADS_BATCH_SIZE = 500;

  /** Minutes between batches; each comes up to a quarter of it early. */
  @Transform(toNumber)
  @IsInt({ message: 'a number of minutes from 1 to 10080, for example 240' })
  @Min(1, { message: 'a number of minutes from 1 to 10080, for example 240' })
  @Max(10080, { message: 'a number of minutes from 1 to 10080, for example 240' })
  DOWNLOADS_BATCH_EVERY_MINUTES = 240;

  /**
   * Minutes after linking during which nobody is asked about unless somebody wants it: a device that has just been
   * linked, and asks about everybody at once, looks like a harvester, and its connection is busy with the first sync.
   */
  @Transform(toNumber)
  @IsInt({ message: 'a number of minutes from 0 to 10080, for example 5' })
  @Min(0, { message: 'a number of minutes from 0 to 10080, for example 5' })
  @Max(10080, { message: 'a number of minutes from 0 to 10080, for example 5' })
  DOWNLOADS_START_AFTER_MINUTES = 5;

  /**
   * Megabytes of profile pictures to keep for each account; beyond it, the least recently used are evicted. A
   * preview has 3 to 15 kB, so the default keeps those of 30,000 people and more without outgrowing a small disk.
   */
  @Transform(toNumber)
  @IsInt({ message: MEGABYTES })
  @Min(1, { message: MEGABYTES })
  @Max(1_048_576, { message: MEGABYTES })
  PICTURES_MAX_MB = 512;

  /**
   * Kilobytes of one profile picture; a larger one is known of, but not kept. WhatsApp's full pictures (640 pixels)
   * have about 100: the default takes them all and keeps out what is none.
   */
  @Transform(toNumber)
  @IsInt({ message: KILOBYTES })
  @Min(1, { message: KILOBYTES })
  @Max(16_384, { message: KILOBYTES })
  PICTURE_MAX_KB = 256;
}

/** The environment is not usable; the message names each variable, its value and the right form. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Variables whose value must not be repeated in a message or a log. */
const SECRET = new Set(['API_KEY', 'DATABASE_URL', 'ENCRYPTION_KEY']);

/**
 * Reads and checks the configuration.
 * @throws ConfigError naming every variable that is wrong
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const known = Object.keys({ ...new Config(), API_KEY: undefined, DATABASE_URL: undefined });
  const given = Object.fromEntries(
    known.filter((name) => env[name]?.trim()).map((name) => [name, env[name]?.trim()]),
  );
  const keyFile = env.ENCRYPTION_KEY_FILE?.trim();
  if (keyFile) given.ENCRYPTION_KEY = readKeyFile(keyFile, given);
  const config = plainToInstance(Config, given, { exposeDefaultValues: true });
  const problems = validateSync(config).map(({ property, value, constraints }) => {
    const shown = SECRET.has(property) ? 'not of that form' : JSON.stringify(value);
    return `${property} is ${shown}, but must be ${Object.values(constraints ?? {}).at(-1)}.`;
  });
  if (config.ROLE !== 'all' && !config.DATABASE_URL) {
    problems.push(
      `ROLE is "${config.ROLE}", but DATABASE_URL is not set: the roles meet in one Postgres server, ` +
        'for example postgres://user:password@localhost:5432/whatsapp_contacts.',
    );
  }
  if (config.ROLE !== 'session' && isOpenToOthers(config) && config.ALLOW_ANONYMOUS !== true) {
    problems.push(
      `HOST is "${config.HOST}", but API_KEY is not set: everybody who reaches that address could read all contacts and ` +
        'link accounts. Set API_KEY, for example to the output of: openssl rand -hex 32. Or set HOST to 127.0.0.1; or, ' +
        'where only trusted programs reach it, ALLOW_ANONYMOUS to true.',
    );
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  config.DATA_DIR = resolve(config.DATA_DIR);
  return config;
}

/** Whether others than this machine may reach an API that asks for no key. */
export function isOpenToOthers({ API_KEY, HOST }: Pick<Config, 'API_KEY' | 'HOST'>): boolean {
  return !API_KEY && !LOOPBACK.test(HOST);
}

function readKeyFile(path: string, { ENCRYPTION_KEY }: Record<string, string | undefined>): string {
  if (ENCRYPTION_KEY)
    throw new ConfigError('ENCRYPTION_KEY and ENCRYPTION_KEY_FILE are both set: leave one out.');
  const given = `ENCRYPTION_KEY_FILE is ${JSON.stringify(path)}`;
  let text;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`${given}, which cannot be read: ${(error as Error).message}`);
  }
  // A file that was meant to hold a key must not turn encryption off.
  if (!text) throw new ConfigError(`${given}, which is empty; it must hold a key.`);
  return text;
}

/** Reads `.env` in the working directory, when there is one, without overriding what is set; then the environment. */
export function loadConfigFromProcess(): Config {
  try {
    process.loadEnvFile();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT')
      throw new ConfigError(
        `.env in the working directory cannot be read: ${message} It must be a file of lines such as PORT=8889.`,
      );
  }
  return loadConfig(process.env);
}
