/**
 * Checks English texts against prose.yml. Prints one line per finding and exits with code 1 if there are any.
 *
 *     npm run prose                        # all files
 *     npm run prose -- src/feed README.md  # these folders and files
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { checker, type RuleFile } from './rules.js';

const paths = process.argv.slice(2);
const { rules, ignore, exceptions } = parse(readFileSync('prose.yml', 'utf8')) as RuleFile;
const check = checker(rules);

const ignored = new RegExp(ignore.join('|'));
const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...paths];
const files = execFileSync('git', listing, { encoding: 'utf8' })
  .split('\0')
  .filter((file) => file !== '' && !ignored.test(file) && existsSync(file))
  .sort();
if (files.length === 0) throw new Error(`No files match ${paths.join(' ')}.`);

const unused = new Set(exceptions);
const problems = files.flatMap((file) =>
  check(file, readFileSync(file, 'utf8')).flatMap(({ line, column, rule, words, advice }) => {
    const exception = exceptions.find((each) => each.file === file && each.words === words);
    if (!exception) return [`${file}:${line}:${column}  ${rule}  "${words}"  ${advice}`];
    unused.delete(exception);
    return [];
  }),
);
if (paths.length === 0) {
  for (const { file, words } of unused) problems.push(`prose.yml  unused exception  "${words}"  in ${file}`);
}

for (const problem of problems) console.log(problem);
console.log(`${problems.length} findings in ${files.length} files`);
if (problems.length > 0) process.exitCode = 1;
