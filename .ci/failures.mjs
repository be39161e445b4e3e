// Prints the failed tests of a run, one line each: a long log is often shown without its middle.
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const MAX_SUITES = 8;
const MAX_REASON = 240;

const { testResults } = JSON.parse(await readFile(process.argv[2], 'utf8'));
const failed = testResults.filter(({ status }) => status === 'failed');
for (const { name, message, assertionResults } of failed.slice(0, MAX_SUITES)) {
  const tests = assertionResults.filter(({ status }) => status === 'failed');
  const reason = tests[0]?.failureMessages[0] ?? message;
  const line = stripVTControlCharacters(reason).replace(/\s+/g, ' ').slice(0, MAX_REASON);
  const title = tests[0]?.fullName ?? 'could not be loaded';
  const more = tests.length > 1 ? ` (and ${tests.length - 1} more)` : '';
  console.log(`${relative(process.cwd(), name)}: ${title}${more}: ${line}`);
}
if (failed.length > MAX_SUITES) console.log(`... and ${failed.length - MAX_SUITES} more suites`);
