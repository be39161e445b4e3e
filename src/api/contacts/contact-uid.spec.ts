import { describe, expect, it } from '@jest/globals';
import { uuidOf } from './contact-uid.js';

const ACCOUNT = { id: 1, feedStart: '1767261600000040' };

describe('uuidOf', () => {
  it('returns a UUID of version 5 that never changes', () => {
    expect(uuidOf(ACCOUNT, 'c1')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(uuidOf(ACCOUNT, 'c1')).toBe('ffcafa53-0003-5774-960c-bf3f099df2f7');
  });

  it.each([
    ['contacts', ACCOUNT, 'c2'],
    ['accounts of a deployment', { ...ACCOUNT, id: 2 }, 'c1'],
    ['deployments', { ...ACCOUNT, feedStart: '1767261600000041' }, 'c1'],
  ])('differs between %s', (_, account, contactId) => {
    expect(uuidOf(account, contactId)).not.toBe(uuidOf(ACCOUNT, 'c1'));
  });
});
