import type { Config } from './config.js';
import { readEnvFile } from './env-file.js';
import { loadConfig } from './load-config.js';

/** Variables that proxy-from-env reads for the proxy of a URL (src/kernel/network/outgoing-proxies.ts). */
const PROXIES = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'] as const;

/**
 * Loads `.env` from the working directory, if it exists, and reads the configuration. Variables that are set win.
 *
 * Call it before threads start, because each gets a copy of the environment: proxies that come from files are added to
 * it.
 */
export function loadConfigFromProcess(): Config {
  for (const [name, value] of Object.entries(readEnvFile('.env'))) process.env[name] ??= value;
  const config = loadConfig(process.env);
  for (const name of PROXIES) if (config[name]) process.env[name] = config[name];
  return config;
}
