import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import MarkdownIt, { type Token } from 'markdown-it';

export const ROOT = join(import.meta.dirname, '../..');

const OPERATION = /^(GET|POST|PATCH|DELETE) \/\S+$/;

/** A code block of a page. A block of a command and its response counts as two. */
export interface Example {
  page: string;
  line: number;
  /** Language of a fenced block; empty for others. */
  language: string;
  text: string;
  /** The last commands with curl in the same section; undefined if there are none. */
  request?: Example;
  /** The last operation in the heading or text of the section, such as `GET /changes`. */
  operation?: string;
}

/** Returns the examples of all pages of the project. */
export function readExamples(): Example[] {
  const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' });
  return pages.trim().split('\n').flatMap(examplesOf);
}

function examplesOf(page: string): Example[] {
  const examples: Example[] = [];
  let section: Pick<Example, 'request' | 'operation'> = {};
  for (const token of new MarkdownIt({ html: true }).parse(readFileSync(join(ROOT, page), 'utf8'), {})) {
    if (token.type === 'heading_open' && token.tag < 'h4') section = {};
    if (token.type === 'inline') section.operation = operationsIn(token).at(-1) ?? section.operation;
    if (token.type !== 'fence' && token.type !== 'code_block') continue;
    for (const text of partsOf(token.content.trimEnd())) {
      const example = { page, line: (token.map?.[0] ?? 0) + 1, language: token.info, text, ...section };
      examples.push(example);
      if (text.startsWith('curl ')) section.request = example;
    }
  }
  return examples;
}

/** Returns the operations in a heading or in the code of a text. */
function operationsIn({ content, children }: Token): string[] {
  const code = (children ?? []).filter(({ type }) => type === 'code_inline').map(({ content }) => content);
  return [content, ...code].filter((text) => OPERATION.test(text));
}

/** Separates a command from its response. */
function partsOf(text: string): string[] {
  return text.startsWith('curl ') ? text.split('\n\n') : [text];
}
