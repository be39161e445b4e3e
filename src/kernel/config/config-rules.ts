import { Transform } from 'class-transformer';
import { IsOptional, IsString, Matches, ValidateBy } from 'class-validator';
import ipaddr from 'ipaddr.js';
import { LOG_LEVELS } from '../logging/log-levels.js';
import { Config, ROLES } from './config.js';
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

/** Browsers and systems from which WhatsApp accepts pairing codes (whatsmeow pair-code.go, defaults of Baileys). */
const DEVICE_NAME = /^(Chrome|Edge|Firefox|Opera|Safari) \((Windows|Mac OS|Linux|Ubuntu)\)$/;

/**
 * Valid values of each setting, as decorators for the fields of Config. They are not in config.ts, because loading
 * class-validator takes 500 ms of CPU time, and the session thread does not validate its configuration.
 */
export const CONFIG_RULES: Record<keyof Config, readonly PropertyDecorator[]> = {
  PORT: [Integer(1, 65_535, { form: 'TCP port', example: 8888 })],
  HOST: [
    Matches(/^[\w.:-]+$/, {
      message: 'an address or host name to listen on, for example 127.0.0.1, or :: for all addresses',
    }),
  ],
  API_KEY: [
    IsOptional(),
    Matches(/^(?!wac_)[\x21-\x7e]{16,200}$/, {
      message:
        '16 to 200 random characters without spaces, not starting with wac_ (reserved for created keys), for ' +
        'example the output of: openssl rand -hex 32',
    }),
  ],
  ALLOW_ANONYMOUS: [Flag()],
  ALLOWED_HOSTS: [
    Transform(toList),
    Matches(/^[a-z0-9.-]+$/, {
      each: true,
      message: 'host names separated by commas, for example contacts.example.com,contacts.internal',
    }),
  ],
  OAUTH_ISSUER: [IsOptional(), ServerUrl('https://login.example.com')],
  OAUTH_AUDIENCE: [IsOptional(), ServerUrl('https://contacts.example.com/mcp')],
  TRUSTED_PROXIES: [TrustedAddresses()],
  CORS_ORIGINS: [Origins()],
  PAIRING_CODES_PER_10_MINUTES: [Integer(1, 1_000, { form: 'number of codes', example: 3 })],
  ENCRYPTION_KEY: [
    Transform(toWords),
    Matches(/^([0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=)$/, {
      each: true,
      message:
        '32 bytes in base64 or hexadecimal, for example the output of: openssl rand -base64 32. Separate several ' +
        'keys by commas; the first one encrypts',
    }),
  ],
  DATABASE_URL: [IsOptional(), PostgresUrl()],
  DATABASE_SCHEMA: [
    IsOptional(),
    Matches(/^(?!pg_)[a-z_][a-z0-9_]{0,62}$/, {
      message:
        'a schema name of up to 63 lowercase letters, digits and underscores that does not start with a digit or ' +
        'pg_, for example whatsapp_contacts',
    }),
  ],
  HTTPS_PROXY: [Proxy()],
  HTTP_PROXY: [Proxy()],
  ALL_PROXY: [Proxy()],
  NO_PROXY: [IsOptional(), IsString()],
  WEBHOOKS_PROXY: [Proxy({ orDirect: true })],
  DATA_DIR: [IsString(), Matches(/\S/, { message: 'a directory, for example ./data' })],
  LOG_LEVEL: [OneOf(LOG_LEVELS)],
  BAILEYS_LOG_LEVEL: [OneOf(LOG_LEVELS)],
  ROLE: [OneOf(ROLES)],
  SESSIONS_PER_PROCESS: [Integer(1, 10_000, { form: 'number of sessions', example: 500 })],
  DECRYPT_MESSAGES: [Flag()],
  DEVICE_NAME: [
    Matches(DEVICE_NAME, {
      message:
        '"<browser> (<system>)" with Chrome, Edge, Firefox, Opera or Safari and Windows, Mac OS, Linux or Ubuntu, ' +
        'for example "Chrome (Mac OS)". WhatsApp rejects other names',
    }),
  ],
  CHANGES_KEEP_DAYS: [Integer(1, 365, { form: 'number of days', example: 7 })],
  WEBHOOKS_ALLOW_PRIVATE: [
    Transform(toList),
    ValidateBy(
      { name: 'isCidr', validator: { validate: (text) => ipaddr.isValidCIDR(String(text)) } },
      { each: true, message: 'CIDRs separated by commas, for example 10.1.0.0/16,fd00::/8' },
    ),
  ],
  DOWNLOADS_PER_MINUTE: [Integer(0, 6_000, { form: 'number of contacts', example: 20 })],
  DOWNLOADS_BATCH_SIZE: [Integer(1, 1_000, { form: 'number of contacts', example: 500 })],
  DOWNLOADS_BATCH_EVERY_MINUTES: [Integer(1, 10_080, { form: 'number of minutes', example: 240 })],
  DOWNLOADS_START_AFTER_MINUTES: [Integer(0, 10_080, { form: 'number of minutes', example: 5 })],
  CHECKS_PER_DAY: [Integer(0, 10_000, { form: 'number of numbers', example: 100 })],
  PICTURES_MAX_MB: [Integer(1, 1_048_576, { form: 'whole number of megabytes', example: 512 })],
  PICTURE_MAX_KB: [Integer(1, 16_384, { form: 'whole number of kilobytes', example: 256 })],
};

for (const [name, decorators] of Object.entries(CONFIG_RULES))
  for (const decorate of decorators) decorate(Config.prototype, name);
