import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Config, ConfigError } from './config.js';

/** Settings that determine who can use the API. */
const ACCESS = ['API_KEY', 'API_KEY_FILE', 'ALLOW_ANONYMOUS'] as const;

/**
 * Sets API_KEY_FILE to a file in DATA_DIR. Creates the file with a random key if it does not exist. Does nothing if the
 * environment contains API_KEY, API_KEY_FILE or ALLOW_ANONYMOUS.
 *
 * @returns the file and the key if they were created, otherwise null
 * @throws ConfigError if the directory is not writable
 */
export function useFirstApiKey(env: NodeJS.ProcessEnv): { file: string; key: string } | null {
  if (ACCESS.some((name) => env[name]?.trim())) return null;
  const directory = resolve(env.DATA_DIR?.trim() || new Config().DATA_DIR);
  const file = join(directory, 'api-key');
  const key = randomBytes(32).toString('hex');
  env.API_KEY_FILE = file;
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(file, `${key}\n`, { flag: 'wx', mode: 0o600 });
    return { file, key };
  } catch (cause) {
    const { code, syscall, message } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST' && syscall === 'open') return null;
    const user = [process.getuid?.(), process.getgid?.()].join(':');
    throw new ConfigError(
      `DATA_DIR ${directory} cannot be used (${message}). Mount a named volume, for example ` +
        `--volume contacts:${directory}, or make the directory writable with: chown ${user} <directory>.`,
      { cause },
    );
  }
}

/** Calls useFirstApiKey() with the environment of this process. */
export const useFirstApiKeyOfProcess = () => useFirstApiKey(process.env);
