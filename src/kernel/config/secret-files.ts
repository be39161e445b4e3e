import { readFileSync } from 'node:fs';

/** Settings whose values do not appear in messages or logs. `<name>_FILE` is the path of a file with the value. */
export const SECRET_SETTINGS = [
  'API_KEY',
  'DATABASE_URL',
  'ENCRYPTION_KEY',
  'HTTPS_PROXY',
  'HTTP_PROXY',
  'ALL_PROXY',
  'WEBHOOKS_PROXY',
] as const;

interface SecretFiles {
  /** Contents of the files by the setting that they contain, without surrounding white space. */
  values: Record<string, string>;
  /** Paths of the files, by setting. */
  paths: Record<string, string>;
  /** One sentence with advice for each file that cannot be used. */
  problems: string[];
}

/**
 * Reads the files of all secrets whose `<name>_FILE` is set, as secret stores mount them.
 * @param isSet whether the environment also contains the value itself
 */
export function readSecretFiles(env: NodeJS.ProcessEnv, isSet: (name: string) => boolean): SecretFiles {
  const files: SecretFiles = { values: {}, paths: {}, problems: [] };
  for (const name of SECRET_SETTINGS) {
    const path = env[`${name}_FILE`]?.trim();
    if (!path) continue;
    files.paths[name] = path;
    if (isSet(name)) {
      files.problems.push(`${name} and ${name}_FILE are both set: remove one of them.`);
      continue;
    }
    try {
      files.values[name] = readValue(path, name);
    } catch (error) {
      files.problems.push(`Invalid ${name}_FILE ${JSON.stringify(path)}: ${(error as Error).message}`);
    }
  }
  return files;
}

function readValue(path: string, name: string): string {
  let text;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Error(`the file cannot be read (${reason}). Check its path and permissions.`, { cause });
  }
  // An empty file must not disable keys or encryption, or start an embedded database.
  if (!text) throw new Error(`the file is empty. Write the value of ${name} to it.`);
  return text;
}
