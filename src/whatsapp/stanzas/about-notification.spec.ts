import { describe, expect, it } from '@jest/globals';
import { ANNA, changesIn, element, notification, OWNER } from '../../../test/support/stanzas.js';
import { readAboutNotification } from './about-notification.js';

const setAt = new Date(1_700_000_000_000);
const read = (...stanza: Parameters<typeof notification>) =>
  changesIn(readAboutNotification, notification(...stanza));

describe('readAboutNotification', () => {
  it.each([
    ['bytes', Buffer.from('Gone fishing 🎣'), 'Gone fishing 🎣'],
    ['text', 'Busy', 'Busy'],
    ['no content', undefined, ''],
    ['empty bytes', Buffer.alloc(0), ''],
  ])('returns the text and its time from %s', (_, content, text) => {
    expect(read('status', [element('set', {}, content)])).toEqual({
      abouts: [{ address: ANNA, text, setAt }],
    });
  });

  it('uses the current time if the time is in the future', () => {
    const { abouts } = read('status', [element('set', {}, 'Busy')], { t: '99999999999999' }) as {
      abouts: [{ setAt: Date }];
    };
    expect(Math.abs(abouts[0].setAt.getTime() - Date.now())).toBeLessThan(5_000);
  });

  it.each([
    ['for the account itself', [element('set', {}, 'Busy')], { from: OWNER.jid }],
    ['for a group', [element('set', {}, 'Busy')], { from: '120363012345678901@g.us' }],
    ['without <set>', [element('other')], {}],
    ['with elements instead of text', [element('set', {}, [element('x')])], {}],
    ['without children', 'text', {}],
  ])('returns no changes %s', (_, content, attrs) => {
    expect(read('status', content, attrs)).toEqual({});
  });
});
