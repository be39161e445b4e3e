import { type Kind, textsOf } from './texts.js';

/** prose.yml, which describes the fields. */
export interface RuleFile {
  ignore: string[];
  exceptions: { file: string; words: string; reason: string }[];
  rules: Rule[];
}

export interface Rule {
  name: string;
  pattern: string;
  advice: string;
  case?: 'sensitive';
  in?: Kind[];
  files?: string;
  bad: string[];
  good: string[];
}

const MACROS = {
  /** Start of a paragraph, comment or string. */
  '{text}': String.raw`(?<=^\s*)`,
  /** Start of a sentence, or after a colon. */
  '{start}': String.raw`(?<=^[\s*_"'([]*|[.!?:][*_"')\]]*\s+[*_"'([]*)`,
  ' ': String.raw`\s+`,
};
const ALL_BUT_SOURCE: Kind[] = ['paragraph', 'heading', 'cell', 'comment', 'message'];

/** Compiles the pattern of a rule. Words match as a whole: `stand` is not found in "standby" or "stand-alone". */
export function compile({ pattern, case: sensitive }: Rule): RegExp {
  const source = pattern.replace(/\{(text|start)\}| /g, (macro) => MACROS[macro as keyof typeof MACROS]);
  return new RegExp(String.raw`(?<![\w-])(?:${source})(?![\w-])`, sensitive ? 'g' : 'gi');
}

/** Returns a function that lists the findings in a file, in the order of their position. */
export function checker(rules: Rule[]) {
  const compiled = rules.map((rule) => ({
    rule,
    regex: compile(rule),
    kinds: rule.in ?? ALL_BUT_SOURCE,
    path: new RegExp(rule.files ?? ''),
  }));

  return (file: string, source: string) => {
    const applicable = compiled.filter(({ path }) => path.test(file));
    const findings = textsOf(file, source).flatMap(({ kind, start, words }) =>
      applicable
        .filter(({ kinds }) => kinds.includes(kind))
        .flatMap(({ rule, regex }) =>
          [...words.matchAll(regex)].map((match) => ({ rule, at: start + match.index, found: match[0] })),
        ),
    );
    return findings
      .sort((a, b) => a.at - b.at)
      .map(({ rule: { name, advice }, at, found }) => {
        const before = source.slice(0, at).split('\n');
        const words = shorten(source.slice(at, at + found.length));
        return { file, line: before.length, column: before.at(-1)!.length + 1, rule: name, words, advice };
      });
  };
}

/** Returns the words on one line, without the markers of a comment. */
function shorten(words: string) {
  const line = words.replace(/\n\s*(\*|\/\/|#|--)?/g, ' ').replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
