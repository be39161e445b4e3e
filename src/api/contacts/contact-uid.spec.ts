import { describe, expect, it } from '@jest/globals';
import { uuidOf } from './contact-uid.js';

const ID = 'c5f0c9b1d2e3a-1842';

describe('uuidOf', () => {
  it('returns a UUID of version 5 that never changes', () => {
    expect(uuidOf(ID)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidOf(ID)).toBe('07cfbdff-05e0-53b1-b59d-14153df9c822');
  });

  it('differs between contacts', () => {
    expect(uuidOf('c5f0c9b1d2e3a-1843')).not.toBe(uuidOf(ID));
  });
});
