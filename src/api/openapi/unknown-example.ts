import { inputOf, propertiesOf } from '../http/route-input.js';
import { UnknownParameter } from '../http/unknown-parameter.js';

/** Returns the error for a misspelled parameter or field of a handler. */
export function unknownExample(controller: { prototype: object }, handler: string): UnknownParameter {
  const { query, body } = inputOf(controller, handler);
  const dto = query ?? body;
  const [name, ...others] = dto ? propertiesOf(dto) : [];
  if (name === undefined) return new UnknownParameter('query', 'limit', []);
  return new UnknownParameter(query ? 'query' : 'body', name.slice(0, -1), [name, ...others]);
}
