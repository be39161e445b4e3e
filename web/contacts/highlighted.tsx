import type { ComponentChildren } from 'preact';
import { matchesInName, matchesInNumber, type Range } from './matches.js';

interface HighlightedProps {
  text: string;
  search: string;
  isNumber?: boolean;
}

/** A text with the parts marked that match the search. */
export function Highlighted({ text, search, isNumber = false }: HighlightedProps) {
  if (!search.trim()) return <bdi>{text}</bdi>;
  return <bdi>{marked(text, isNumber ? matchesInNumber(text, search) : matchesInName(text, search))}</bdi>;
}

function marked(text: string, matches: readonly Range[]): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let from = 0;
  for (const { start, end } of matches) {
    parts.push(text.slice(from, start), <mark key={start}>{text.slice(start, end)}</mark>);
    from = end;
  }
  return [...parts, text.slice(from)];
}
