import { describe, expect, it } from '@jest/globals';
import {
  ANNA,
  ANNA_LID,
  changesIn,
  element,
  MALFORMED,
  notification,
  OWNER,
} from '../../../test/support/stanzas.js';
import { readPictureNotification } from './picture-notification.js';

const read = (...stanza: Parameters<typeof notification>) =>
  changesIn(readPictureNotification, notification(...stanza));

describe('readPictureNotification', () => {
  it('returns a new picture with its id', () => {
    const pictures = [{ address: ANNA_LID, state: 'changed', id: '17' }];
    expect(read('picture', [element('set', { jid: ANNA_LID, id: '17', author: ANNA_LID })])).toEqual({
      pictures,
    });
  });

  it('returns the picture of the sender if the child contains no address', () => {
    expect(read('picture', [element('set')])).toEqual({
      pictures: [{ address: ANNA, state: 'changed', id: null }],
    });
  });

  it('returns a removed picture', () => {
    expect(read('picture', [element('delete', { jid: ANNA })])).toEqual({
      pictures: [{ address: ANNA, state: 'none' }],
    });
  });

  it.each([[undefined], [[]]])(
    'returns the picture of the sender as removed if the content is %j',
    (content) => {
      expect(read('picture', content)).toEqual({ pictures: [{ address: ANNA, state: 'none' }] });
      expect(read('picture', content, { from: '120363012345678901@g.us' })).toEqual({});
      expect(read('picture', content, { from: OWNER.jid })).toEqual({});
    },
  );

  it('returns pictures of contacts that are identified by a hash', () => {
    const hashed = [element('set', { hash: 'qP3+', id: '17' }), element('delete', { hash: 'AAAA' })];
    expect(read('picture', hashed, { from: 's.whatsapp.net' })).toEqual({
      hashedPictures: [
        { hash: 'qP3+', state: 'changed', id: '17' },
        { hash: 'AAAA', state: 'none', id: null },
      ],
    });
  });

  it('ignores pictures of the account itself and of groups', () => {
    expect(read('picture', [element('set', { jid: OWNER.jid, id: '17' })])).toEqual({});
    expect(read('picture', [element('set', { jid: '120363012345678901@g.us', author: ANNA })])).toEqual({});
  });

  it.each(MALFORMED.filter(([what]) => !/^(a number|no content)/.test(what)))(
    'returns no changes with %s',
    (_, content, attrs) => {
      expect(read('picture', content, attrs)).toEqual({});
    },
  );
});
