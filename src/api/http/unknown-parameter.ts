import { DomainError } from '../../kernel/errors/domain-error.js';
import { similarName } from './similar-name.js';

/** Longer names are not repeated in error messages. */
const MAX_SHOWN_CHARACTERS = 100;

const NOUNS = { query: 'parameter', body: 'field', tool: 'argument' };

/** A query parameter, a field of a body or an argument of a tool that does not exist. */
export class UnknownParameter extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'unknown_parameter';

  /** @param valid names that exist in its place */
  constructor(place: keyof typeof NOUNS, name: string, valid: readonly string[]) {
    super(messageOf(NOUNS[place], name.slice(0, MAX_SHOWN_CHARACTERS), valid));
  }
}

function messageOf(noun: string, name: string, valid: readonly string[]): string {
  const unknown = `Unknown ${noun} ${JSON.stringify(name)}`;
  if (valid.length === 0) return `${unknown}: this request has no ${noun}s. Remove it.`;
  const list = valid.join(', ');
  const similar = similarName(name, valid);
  return similar ? `${unknown}: did you mean ${similar}? Valid: ${list}.` : `${unknown}. Valid: ${list}.`;
}
