import { expect, it } from '@jest/globals';
import { BUNDLED_VERSION } from './bundled-version.js';

it('is the version whose date BUNDLED_VERSION_CURRENT_AT contains; change both with Baileys', () => {
  expect(BUNDLED_VERSION).toEqual([2, 3000, 1043857760]);
});
