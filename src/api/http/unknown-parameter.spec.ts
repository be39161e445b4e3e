import { describe, expect, it } from '@jest/globals';
import { UnknownParameter } from './unknown-parameter.js';

describe('UnknownParameter', () => {
  it.each([
    ['limt', 'Unknown parameter "limt": did you mean limit? Valid: limit, expires_at.'],
    ['expires', 'Unknown parameter "expires": did you mean expires_at? Valid: limit, expires_at.'],
    ['phone', 'Unknown parameter "phone". Valid: limit, expires_at.'],
    ['__proto__', 'Unknown parameter "__proto__". Valid: limit, expires_at.'],
    ['', 'Unknown parameter "". Valid: limit, expires_at.'],
  ])('names the most similar name to %j', (name, message) => {
    expect(new UnknownParameter('query', name, ['limit', 'expires_at']).message).toBe(message);
  });

  it('reports that a request has no parameters', () => {
    const { message } = new UnknownParameter('body', 'x'.repeat(1_000), []);
    expect(message).toBe(`Unknown field "${'x'.repeat(100)}": this request has no fields. Remove it.`);
  });
});
