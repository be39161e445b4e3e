import { type Answered, differences } from './document.js';

/** In what answers of the service differed from the API document since it was last asked. */
const found = new Set<string>();

/** Holds an answer against the API document. */
export function noteDifferences(answered: Answered): void {
  for (const difference of differences(answered)) found.add(difference);
}

export function takeDifferences(): string[] {
  const taken = [...found];
  found.clear();
  return taken;
}
