import { describe, expect, it } from '@jest/globals';
import { ANNA, element, changesIn, notification, OWNER } from '../../../test/support/stanzas.js';
import { readAboutNotification } from './about-notification.js';

const setAt = new Date(1_700_000_000_000);
const read = (...stanza: Parameters<typeof notification>) =>
  changesIn(readAboutNotification, notification(...stanza));

describe('a notification about an about text', () => {
  it.each([
    ['bytes', Buffer.from('Gone fishing 🎣'), 'Gone fishing 🎣'],
    ['text', 'Busy', 'Busy'],
    ['nothing at all', undefined, ''],
    ['no bytes', Buffer.alloc(0), ''],
  ])('reads %s, with the time it was set', (_, content, text) => {
    expect(read('status', [element('set', {}, content)])).toEqual({
      abouts: [{ address: ANNA, text, setAt }],
    });
  });

  it('counts as set now when the time is missing, or lies ahead', () => {
    const { abouts } = read('status', [element('set', {}, 'Busy')], { t: '99999999999999' }) as {
      abouts: [{ setAt: Date }];
    };
    expect(Math.abs(abouts[0].setAt.getTime() - Date.now())).toBeLessThan(5_000);
  });

  it.each([
    ['of the account itself', [element('set', {}, 'Busy')], { from: OWNER.jid }],
    ['of a group', [element('set', {}, 'Busy')], { from: '120363012345678901@g.us' }],
    ['without a text to set', [element('other')], {}],
    ['with elements in place of the text', [element('set', {}, [element('x')])], {}],
    ['without children', 'text', {}],
  ])('says nothing %s', (_, content, attrs) => {
    expect(read('status', content, attrs)).toEqual({});
  });
});
