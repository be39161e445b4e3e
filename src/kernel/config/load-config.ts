import { resolve } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { Config, ConfigError, isOpenToOthers } from './config.js';
import { CONFIG_RULES } from './config-rules.js';
import { readDatabaseUrl } from './database-url.js';
import { misspelledSettings } from './misspelled-settings.js';
import { readSecretFiles, SECRET_SETTINGS } from './secret-files.js';

const SECRETS = new Set<string>(SECRET_SETTINGS);
/** Settings whose lower-case name takes precedence, as in other programs. */
const EITHER_CASE = /^(HTTPS?|ALL|NO)_PROXY$/;

/**
 * Reads and validates the configuration.
 * @throws ConfigError with all invalid variables
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const names = Object.keys(CONFIG_RULES);
  const read = (name: string) => (EITHER_CASE.test(name) && env[name.toLowerCase()]) || env[name];
  const values = Object.fromEntries(
    names.filter((name) => read(name)?.trim()).map((name) => [name, read(name)?.trim()]),
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
