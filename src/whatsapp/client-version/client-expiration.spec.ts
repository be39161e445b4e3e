import { describe, expect, it } from '@jest/globals';
import { readClientExpiration } from './client-expiration.js';

const stanza = (attrs: Record<string, string>, from = 's.whatsapp.net') => ({
  tag: 'ib',
  attrs: { from },
  content: [{ tag: 'client_expiration', attrs }],
});

describe('the expiration of the client', () => {
  it('is read in seconds', () => {
    expect(readClientExpiration(stanza({ t: '1804136767' }))).toEqual(new Date('2027-03-04T05:06:07Z'));
  });

  it('is withdrawn by an announcement without a time', () => {
    expect(readClientExpiration(stanza({}))).toBeNull();
  });

  it.each(['', '-1', 'soon', '18041367670', '1.5'])('is ignored when the time is "%s"', (t) => {
    expect(readClientExpiration(stanza({ t }))).toBeUndefined();
  });

  it('is ignored when another sender than the server announces it', () => {
    expect(readClientExpiration(stanza({}, '491701234567@s.whatsapp.net'))).toBeUndefined();
  });
});
