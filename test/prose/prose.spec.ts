import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { checker, compile, type RuleFile } from '../../scripts/prose/rules.js';
import { textsOf } from '../../scripts/prose/texts.js';

const { rules } = parse(readFileSync(join(import.meta.dirname, '../../prose.yml'), 'utf8')) as RuleFile;

describe.each(rules)('rule $name', (rule) => {
  it.each(rule.bad)('finds something in "%s"', (sentence) => {
    expect(sentence).toMatch(compile(rule));
  });

  it.each(rule.good)('finds nothing in "%s"', (sentence) => {
    expect(sentence).not.toMatch(compile(rule));
  });
});

describe('prose.yml', () => {
  it('has a unique name, bad sentences and good sentences for every rule', () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    expect(rules.filter(({ bad, good }) => bad.length === 0 || good.length === 0)).toEqual([]);
  });

  it('accepts plain technical English', () => {
    const text = `
Sync the contacts of your WhatsApp accounts to Postgres and read them over a REST API.

Link an account once, as you would link WhatsApp Web. The service downloads the address book and keeps it
current: changes on the phone appear in the API within 50 ms.

| Parameter | Type | Description |
| --------- | ---- | ----------- |
| \`search\` | string, 1–200 characters | Matches any name or the phone number. Ignores case and diacritics. |

Each caller can run two downloads and three page requests at a time. Further requests wait up to 10 s, then
fail with \`429 too_many_requests\`. A client that reads slower than 32 kB/s is disconnected after 20 s.

- No account is linked to session "default". Scan the QR code to link one.
- Missing scope. Use an API key that has this scope, or ask an administrator to add it.
- The process that holds the lease renews it every 2 s. There is no other writer.
- What happens if the phone is offline? The device is no longer linked, and the list is at most 5 minutes old.
- A row that was left unchanged takes effect again once the connection is open.
`;
    expect(checker(rules)('README.md', text)).toEqual([]);
  });
});

describe('texts of a file', () => {
  const texts = (file: string, source: string) =>
    textsOf(file, source)
      .filter(({ kind }) => kind !== 'source')
      .map(({ kind, words }) => [kind, words.trim().replace(/\s+/g, ' ')]);

  it('includes headings, paragraphs, list items and cells of Markdown, without code and link targets', () => {
    const source = [
      '# Title here',
      '',
      'Text with `code` and a [link](http://localhost).',
      '',
      '    indented code',
      '',
      '- item one',
      '  continues',
      '- item two',
      '',
      '| a | b |',
      '| - | - |',
      '| c | d |',
      '',
      '```sh',
      'fenced code',
      '```',
    ].join('\n');
    expect(texts('a.md', source)).toEqual([
      ['heading', 'Title here'],
      ['paragraph', 'Text with □□□□□□ and a [link▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪▪.'],
      ['paragraph', 'item one continues'],
      ['paragraph', 'item two'],
      ...['a', 'b', 'c', 'd'].map((cell) => ['cell', cell]),
    ]);
  });

  it('includes each paragraph and tag of a comment, and joins consecutive line comments', () => {
    const source = `
/**
 * First sentence,
 * with {@link Thing}.
 *
 * @param name the name
 * @returns the value
 */
const a = 1; // at the end
// One comment
// in two lines.
`;
    expect(texts('a.ts', source)).toEqual([
      ['comment', 'First sentence, with □□□□□□□□□□□□□.'],
      ['comment', 'the name'],
      ['comment', 'the value'],
      ['comment', 'at the end'],
      ['comment', 'One comment in two lines.'],
    ]);
  });

  it('includes strings of three words or more, and joins their parts', () => {
    const source = [
      "import x from 'not a message at all';",
      "fail('two words', `No ${thing} is linked. ` + 'Link \"one\" at ' + path + ' first.');",
      'query(`SELECT a FROM b -- only its comment\n WHERE c`);',
      'const view = <p title="Shown on hover only">Text of the page</p>;',
    ].join('\n');
    expect(texts('a.tsx', source)).toEqual([
      ['message', 'No □□□□□□□□ is linked. Link "one" at □□□□ first.'],
      ['comment', 'only its comment'],
      ['message', 'Shown on hover only'],
      ['message', 'Text of the page'],
    ]);
  });

  it('includes comments and descriptions of YAML and JSON', () => {
    const yaml = '# About the alert\nexpr: sum by (a) (b)\nsummary: "{{ $value }} sessions are down" # now\n';
    expect(texts('a.yml', yaml)).toEqual([
      ['comment', 'About the alert'],
      ['comment', 'now'],
      ['message', '□□□□□□□□□□□□ sessions are down'],
    ]);
    expect(texts('a.json', '{ "title": "Ended connections", "expr": "sum by (a)" }')).toEqual([
      ['message', 'Ended connections'],
    ]);
  });

  it.each([
    ['Dockerfile', '# Builds the image\nRUN echo "#not this"'],
    ['.env.example', '# Builds the image\n#NAME=value'],
    ['a.sql', '-- Builds the image\nSELECT 1'],
    ['a.css', 'a { color: red } /* Builds the image */'],
  ])('includes the comments of %s', (file, source) => {
    expect(texts(file, source)).toEqual([['comment', 'Builds the image']]);
  });
});

describe('check of a file', () => {
  const check = checker([{ name: 'news', pattern: 'big news', advice: 'changes', bad: [], good: [] }]);

  it('reports the position and the words in the source, across line breaks', () => {
    expect(check('a.ts', 'const a = 1;\n/** Now the big\n * news, but not `big news`. */\n')).toEqual([
      { file: 'a.ts', line: 2, column: 13, rule: 'news', words: 'big news', advice: 'changes' },
    ]);
  });

  it('matches whole words only', () => {
    expect(check('a.md', 'A big newspaper and a not-big news.')).toEqual([]);
  });
});
