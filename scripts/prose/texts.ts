/**
 * Extracts the English texts of a file: prose in Markdown, comments, and strings of three words or more.
 *
 * Code and markup are replaced, never removed, so that an offset in a text is an offset in the file.
 */
import MarkdownIt from 'markdown-it';
import { forEachComment } from 'ts-api-utils';
import ts from 'typescript';
import { isScalar, parseAllDocuments, visit } from 'yaml';

export type Kind = 'paragraph' | 'heading' | 'cell' | 'comment' | 'message' | 'source';

interface Text {
  kind: Kind;
  start: number;
  words: string;
}

type Range = readonly [start: number, end: number];

/** Keys in YAML and JSON files whose values are read by people. */
const TEXT_KEYS = /^(title|name|label|summary|description|placeholder|about|value)$/;
const SQL = /\b(SELECT|INTO|FROM|WHERE|JOIN|CREATE|ALTER|DROP|VALUES|AND|WITH|BEGIN|SET)\b/;
const HASH_COMMENT = /(?<=^|\s)#+ .*/g;

const blank = (text: string) => text.replace(/\S/g, ' ');
const code = (text: string) => '□'.repeat(text.length);
const link = (text: string) => '▪'.repeat(text.length);
const hideCode = (text: string) => text.replace(/(`+)(?!`)[^]*?[^`]\1(?!`)/g, code);

const rangesOf = (text: string, regex: RegExp, offset = 0) =>
  [...text.matchAll(regex)].map(({ 0: match, index }): Range => [
    offset + index,
    offset + index + match.length,
  ]);

export function textsOf(file: string, source: string): Text[] {
  if (/\.md$/.test(file)) return markdown(source);
  if (/\.([cm]?[jt]s|tsx)$/.test(file)) return typeScript(file, source);
  if (/\.json$/.test(file)) return values(source);
  if (/\.ya?ml$/.test(file)) return [...comments(source, rangesOf(source, HASH_COMMENT)), ...values(source)];
  if (/\.css$/.test(file)) return comments(source, rangesOf(source, /\/\*[^]*?\*\//g));
  if (/\.sql$/.test(file)) return comments(source, rangesOf(source, /--.*/g));
  if (/^(.*\/)?Dockerfile$|^\.ci\/|\.(sh|py|conf|example)$/.test(file)) {
    return comments(source, rangesOf(source, HASH_COMMENT));
  }
  return [];
}

/** A row of a table is split into its cells; links become a character that rules can tell from code. */
function markdown(source: string): Text[] {
  const lineStarts = [0, ...rangesOf(source, /\n/g).map(([, end]) => end), source.length];
  let parent = '';
  return new MarkdownIt({ html: true }).parse(source, {}).flatMap(({ type, map }): Text[] => {
    if (type.endsWith('_open')) parent = type;
    if (!map || (type !== 'inline' && type !== 'tr_open')) return [];
    const start = lineStarts[map[0]]!;
    const words = hideCode(source.slice(start, lineStarts[map[1]]))
      .replace(/\]\([^)]*\)|https?:\/\/[^\s)>]+|<[^>]+>/g, link)
      .replace(/^[ >]*(#+ |[-*+] |\d+[.)] )?/gm, blank);
    if (type === 'inline')
      return [{ kind: parent === 'heading_open' ? 'heading' : 'paragraph', start, words }];
    const cells = rangesOf(words, /[^|\n]+/g);
    return cells.map(([from, to]) => ({ kind: 'cell', start: start + from, words: words.slice(from, to) }));
  });
}

function typeScript(file: string, source: string): Text[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const ranges: Range[] = [];
  forEachComment(tree, (_, { pos, end }) => ranges.push([pos, end]));
  ranges.sort(([a], [b]) => a - b);
  return [{ kind: 'source', start: 0, words: source }, ...comments(source, ranges), ...strings(tree, source)];
}

/** Strings, templates and JSX texts; parts that are joined with `+` are one text. Of SQL, only its comments. */
function strings(tree: ts.SourceFile, source: string): Text[] {
  const texts: Text[] = [];
  const done = new Set<ts.Node>();
  const visitNode = (node: ts.Node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    const parts = done.has(node) ? [] : literalParts(node, done);
    if (parts.length > 0) {
      const start = node.getStart(tree, false);
      const words = hideCode(keepOnly(parts, source, start, node.end));
      if (SQL.test(words)) texts.push(...comments(source, rangesOf(words, /--.*/g, start)));
      else if (words.trim().split(/\s+/).length > 2 && /[a-z]{2}/i.test(words))
        texts.push({ kind: 'message', start, words });
    }
    ts.forEachChild(node, visitNode);
  };
  visitNode(tree);
  return texts;
}

function literalParts(node: ts.Node, done: Set<ts.Node>): Range[] {
  done.add(node);
  if (ts.isJsxText(node)) return [[node.pos, node.end]];
  if (ts.isStringLiteralLike(node)) return [[node.getStart() + 1, node.end - 1]];
  if (ts.isTemplateExpression(node)) {
    const parts = [node.head, ...node.templateSpans.map(({ literal }) => literal)];
    return parts.map((part) => [part.getStart() + 1, part.end - (ts.isTemplateTail(part) ? 1 : 2)]);
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    return [...literalParts(node.left, done), ...literalParts(node.right, done)];
  }
  return [];
}

/** Blanks quotes, `+` and escape sequences, and marks what else is between the parts as code. */
function keepOnly(parts: Range[], source: string, start: number, end: number) {
  let words = '';
  for (const [from, to] of [...parts, [end, end] as const]) {
    const between = source.slice(start + words.length, from);
    words += between.replace(/['"`+]/g, ' ').replace(/\S/g, code);
    words += source
      .slice(from, to)
      .replace(/\\([^])/g, (_, escaped: string) => (escaped === '`' ? ' `' : '  '));
  }
  return words;
}

function values(source: string): Text[] {
  const texts: Text[] = [];
  for (const document of parseAllDocuments(source)) {
    visit(document, {
      Pair(_, { key, value }) {
        if (!isScalar(key) || !TEXT_KEYS.test(String(key.value)) || !isScalar(value) || !value.range) return;
        const [start, end] = value.range;
        const words = hideCode(source.slice(start, end)).replace(/\{\{.*?\}\}/g, code);
        texts.push({ kind: 'message', start, words: words.replace(/^(["']|[|>][-+]?\n)|["']$/g, blank) });
      },
    });
  }
  return texts;
}

/** One text per paragraph, list item or tag of a comment. Line comments below each other are one comment. */
function comments(source: string, ranges: Range[]): Text[] {
  const column = (at: number) => at - source.lastIndexOf('\n', at - 1);
  const joined: Range[] = [];
  for (const [start, end] of ranges) {
    const [from, to] = joined.at(-1) ?? [0, 0];
    const continues = /^\n[ \t]*$/.test(source.slice(to, start)) && column(from) === column(start);
    if (continues && !source.startsWith('/*', start)) joined.splice(-1, 1, [from, end]);
    else joined.push([start, end]);
  }
  return joined.flatMap(([start, end]) => {
    const words = hideCode(source.slice(start, end))
      .replace(/^[ \t]*(\/\*+|\*\/|\*|\/\/+|#+|--)|\*\/$/gm, blank)
      .replace(/\{@\w+ [^}]*\}|https?:\/\/\S+/g, code);
    const paragraphs = rangesOf(words, /^[ \t]*\S[^]*?(?=\n[ \t]*(?:\n|@|- |$(?![^]))|$(?![^]))/gm);
    return paragraphs.map(([from, to]) => ({
      kind: 'comment',
      start: start + from,
      words: words.slice(from, to).replace(/^\s*(@(param|throws)\s+\S+|@\w+|- )/, blank),
    }));
  });
}
