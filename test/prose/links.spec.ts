import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from '@jest/globals';
import MarkdownIt from 'markdown-it';

const ROOT = join(import.meta.dirname, '../..');
const markdown = new MarkdownIt({ html: true });

const pages = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');

/** The anchors of a page as GitHub creates them, and those that HTML sets. */
function anchorsOf(path: string): Set<string> {
  const text = readFileSync(path, 'utf8');
  const headings = markdown
    .parse(text, {})
    .flatMap((token, at, tokens) => (token.type === 'heading_open' ? (tokens[at + 1]?.content ?? []) : []));
  const slugs = headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
  return new Set([...slugs, ...Array.from(text.matchAll(/<a id="([^"]+)"/g), ([, id]) => String(id))]);
}

function problemOf(page: string, href: string): string | null {
  const [path = '', anchor] = href.split('#');
  const target = path === '' ? join(ROOT, page) : join(ROOT, dirname(page), decodeURI(path));
  if (!existsSync(target)) return `${page}: ${href}: no such file`;
  if (relative(ROOT, target).startsWith('..')) return `${page}: ${href}: outside of the repository`;
  if (!anchor || statSync(target).isDirectory() || !target.endsWith('.md')) return null;
  return anchorsOf(target).has(anchor) ? null : `${page}: ${href}: no such heading`;
}

it('has a file and a heading for every relative link in Markdown', () => {
  const problems = pages.flatMap((page) =>
    markdown
      .parse(readFileSync(join(ROOT, page), 'utf8'), {})
      .flatMap(({ children }) => children ?? [])
      .map((token) => token.attrGet('href') ?? token.attrGet('src'))
      .map((href) => (href === null ? null : String(href)))
      .filter((href): href is string => href !== null && !/^[a-z]+:/i.test(href))
      .map((href) => problemOf(page, href))
      .filter((problem) => problem !== null),
  );
  expect(problems).toEqual([]);
});
