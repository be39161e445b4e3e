import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './markdown-examples.js';

const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Commands of npm that are not scripts. */
const NPM = ['ci', 'start', 'test', 'version'];
const FILE = /(?<![\w./:-])(deploy|test|docs)\/[\w./-]*\w/g;
/** Created in an earlier step of docs/operations.md. */
const CREATED = 'deploy/kubernetes/overlays/production';

/** Returns the programs that commands call; for npx, with the package. */
export function programsOf(commands: string): string[] {
  const lines = commands
    .replace(/\\\n/g, ' ')
    .replace(/<<'?(\w+)'?\n[\s\S]*?\n\1$/gm, '')
    .replace(/(^|\s)#.*$/gm, '')
    .replace(/'[^']*'|"[^"]*"|\$\([^)]*\)/g, 'text');
  const calls = lines.split(/\n|&&|\|/).map((line) => line.trim().replace(/^([A-Z_]+=\S+\s*)+/, ''));
  return calls.flatMap((call) => /^(npx )?[^\s(]+/.exec(call)?.[0] ?? []);
}

/** Returns syntax errors, npm scripts that do not exist and files that do not exist. */
export function shellErrors(commands: string): string[] {
  const { stderr } = spawnSync('bash', ['-n'], { input: commands, encoding: 'utf8' });
  const npm = Array.from(commands.matchAll(/\bnpm (run )?([\w-]+(?::[\w-]+)*)/g), ([call, run, name = '']) =>
    (run ? name in scripts : NPM.includes(name)) ? [] : [`${call}: no such script`],
  );
  const missing = Array.from(commands.matchAll(FILE), ([file]) => file).filter(
    (file) => file !== CREATED && !existsSync(join(ROOT, file)),
  );
  return [...(stderr ? [stderr] : []), ...npm.flat(), ...missing.map((file) => `${file}: no such file`)];
}
