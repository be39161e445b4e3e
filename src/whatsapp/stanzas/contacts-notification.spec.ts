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
import { readContactsNotification } from './contacts-notification.js';

const NEW = '491709999999@s.whatsapp.net';
const NEW_LID = '89999999999999@lid';

const read = (...stanza: Parameters<typeof notification>) =>
  changesIn(readContactsNotification, notification(...stanza));

describe('readContactsNotification', () => {
  it('returns a new number with the LIDs', () => {
    const attrs = { old: ANNA, new: NEW, old_lid: ANNA_LID, new_lid: NEW_LID };
    const numberChanges = [
      { oldJid: ANNA, newJid: NEW, oldLid: ANNA_LID, newLid: NEW_LID, observedAt: expect.any(Date) },
    ];
    expect(read('contacts', [element('modify', attrs)])).toEqual({ numberChanges });
  });

  it('returns a new number without LIDs', () => {
    const numberChanges = [
      { oldJid: ANNA, newJid: NEW, oldLid: null, newLid: null, observedAt: expect.any(Date) },
    ];
    expect(read('contacts', [element('modify', { old: ANNA, new: NEW })])).toEqual({ numberChanges });
  });

  it('ignores changes of the own number, and changes to the same number', () => {
    expect(read('contacts', [element('modify', { old: OWNER.jid, new: NEW })])).toEqual({});
    expect(read('contacts', [element('modify', { old: ANNA, new: ANNA })])).toEqual({});
  });

  it('returns an outdated profile by address, sender or hash', () => {
    expect(read('contacts', [element('update', { jid: ANNA_LID })])).toEqual({
      outdatedProfiles: [ANNA_LID],
    });
    expect(read('contacts', [element('update')])).toEqual({ outdatedProfiles: [ANNA] });
    expect(read('contacts', [element('update', { hash: 'qP3+' })])).toEqual({
      outdatedProfileHashes: ['qP3+'],
    });
  });

  it('requests a reconciliation', () => {
    expect(read('contacts', [element('sync', { after: '1700000000' })])).toEqual({
      reconcile: [true],
    });
  });

  it.each(['add', 'remove'])('returns no changes with <%s>', (tag) => {
    expect(read('contacts', [element(tag, { jid: ANNA })])).toEqual({});
  });

  it.each(MALFORMED)('returns no changes with %s', (_, content, attrs) => {
    expect(read('contacts', content, attrs)).toEqual({});
  });
});
