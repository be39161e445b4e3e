import { type Answered, differences } from './document.js';

/** Differences between responses and the OpenAPI document since the last takeDifferences(). */
const found = new Set<string>();

/** Compares a response with the OpenAPI document. */
export function noteDifferences(answered: Answered): void {
  for (const difference of differences(answered)) found.add(difference);
}

export function takeDifferences(): string[] {
  const taken = [...found];
  found.clear();
  return taken;
}
