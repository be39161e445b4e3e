import { describe, expect, it } from '@jest/globals';
import {
  ANNA,
  ANNA_LID,
  element,
  changesIn,
  MALFORMED,
  notification,
  OWNER,
} from '../../../test/support/stanzas.js';
import { readPictureNotification } from './picture-notification.js';

const read = (...stanza: Parameters<typeof notification>) =>
  changesIn(readPictureNotification, notification(...stanza));

describe('a notification about a picture', () => {
  it('tells of a new one, with its id', () => {
    const pictures = [{ address: ANNA_LID, state: 'changed', id: '17' }];
    expect(read('picture', [element('set', { jid: ANNA_LID, id: '17', author: ANNA_LID })])).toEqual({
      pictures,
    });
  });

  it('is about its sender when the child names nobody', () => {
    expect(read('picture', [element('set')])).toEqual({
      pictures: [{ address: ANNA, state: 'changed', id: null }],
    });
  });

  it('tells that there is none any more', () => {
    expect(read('picture', [element('delete', { jid: ANNA })])).toEqual({
      pictures: [{ address: ANNA, state: 'none' }],
    });
  });

  it.each([[undefined], [[]]])(
    'reports the picture of its sender as removed when its content is %j',
    (content) => {
      expect(read('picture', content)).toEqual({ pictures: [{ address: ANNA, state: 'none' }] });
      expect(read('picture', content, { from: '120363012345678901@g.us' })).toEqual({});
      expect(read('picture', content, { from: OWNER.jid })).toEqual({});
    },
  );

  it('may name the person by a hash only', () => {
    const hashed = [element('set', { hash: 'qP3+', id: '17' }), element('delete', { hash: 'AAAA' })];
    expect(read('picture', hashed, { from: 's.whatsapp.net' })).toEqual({
      hashedPictures: [
        { hash: 'qP3+', state: 'changed', id: '17' },
        { hash: 'AAAA', state: 'none', id: null },
      ],
    });
  });

  it('says nothing of the own picture, nor of a group', () => {
    expect(read('picture', [element('set', { jid: OWNER.jid, id: '17' })])).toEqual({});
    expect(read('picture', [element('set', { jid: '120363012345678901@g.us', author: ANNA })])).toEqual({});
  });

  it.each(MALFORMED.filter(([what]) => !/^(a number|no content)/.test(what)))(
    'says nothing with %s',
    (_, content, attrs) => {
      expect(read('picture', content, attrs)).toEqual({});
    },
  );
});
