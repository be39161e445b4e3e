import { expect, it } from '@jest/globals';
import { relativeLocation } from './relative-location.js';

it.each([
  ['/contacts/c1', 'c2'],
  ['/contacts/c1/', '../c2/'],
  ['/sessions/sales/contacts/c1/keys?a=1&b=/x', '../c2/keys?a=1&b=/x'],
  ['/contacts/%63%31?a=1', 'c2?a=1'],
])('keeps the other segments and the query of %s', (url, location) => {
  expect(relativeLocation(url, 'c1', 'c2')).toBe(location);
});
