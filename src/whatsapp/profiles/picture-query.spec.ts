import { describe, expect, it } from '@jest/globals';
import { ANNA, element } from '../../../test/support/stanzas.js';
import { pictureQuery, readPictureError, readPictureResponse } from './picture-query.js';
import { RateLimited } from './profile-errors.js';

const refused = (code: number) => Object.assign(new Error('refused'), { data: code });

describe('pictureQuery', () => {
  it('requests the preview, with the token and the id of the stored picture if available', () => {
    const token = { token: Buffer.from([1]), timestamp: '1' };
    expect(pictureQuery(ANNA, { knownId: '17', token })).toEqual({
      tag: 'iq',
      attrs: { target: ANNA, to: '@s.whatsapp.net', type: 'get', xmlns: 'w:profile:picture' },
      content: [
        {
          tag: 'picture',
          attrs: { type: 'preview', query: 'url', id: '17' },
          content: [element('tctoken', { t: '1' }, token.token)],
        },
      ],
    });
    expect(pictureQuery(ANNA, { knownId: null, token: null }).content).toEqual([
      { tag: 'picture', attrs: { type: 'preview', query: 'url' } },
    ]);
  });
});

describe('readPictureResponse', () => {
  it.each([
    [
      { id: '17', url: 'https://pps.whatsapp.net/x' },
      { state: 'present', id: '17', url: 'https://pps.whatsapp.net/x' },
    ],
    [{ status: '204' }, { state: 'none' }],
    [{ status: '304' }, { state: 'unchanged' }],
    [{ id: '17' }, { state: 'unknown' }],
  ])('reads %j', (attrs: Record<string, string>, response) => {
    expect(readPictureResponse(element('iq', {}, [element('picture', attrs)]))).toEqual(response);
  });

  it('treats a response without a picture as unchanged', () => {
    expect(readPictureResponse(element('iq'))).toEqual({ state: 'unchanged' });
  });
});

describe('readPictureError', () => {
  it.each([
    [401, 'hidden'],
    [403, 'hidden'],
    [404, 'none'],
    [204, 'none'],
    [304, 'unchanged'],
    [500, 'unknown'],
  ])('reads code %i as %s', (code, state) => {
    expect(readPictureError(refused(code))).toEqual({ state });
  });

  it('throws rate limits, and errors that WhatsApp has not returned', () => {
    expect(() => readPictureError(refused(429))).toThrow(RateLimited);
    expect(() => readPictureError(new Error('Connection Closed'))).toThrow('Connection Closed');
  });
});
