import { describe, expect, it } from '@jest/globals';
import {
  ANNA,
  ANNA_LID,
  BEN,
  changesIn,
  element,
  MALFORMED,
  notification,
  OWNER,
} from '../../../test/support/stanzas.js';
import { readGroupNotification } from './group-notification.js';

const GROUP = { from: '120363012345678901@g.us' };
const observedAt = new Date('2023-11-14T22:13:20.999Z');
const read = (...stanza: Parameters<typeof notification>) =>
  changesIn(readGroupNotification, notification(...stanza));

describe('readGroupNotification', () => {
  it.each([
    ['by LID', { jid: ANNA_LID, phone_number: ANNA }],
    ['by number', { jid: ANNA, lid: ANNA_LID }],
  ])('returns the mapping of a participant that is identified %s', (_, attrs) => {
    const content = [element('add', {}, [element('participant', attrs)])];
    expect(read('w:gp2', content, GROUP)).toEqual({ mappings: [{ jid: ANNA, lid: ANNA_LID, observedAt }] });
  });

  it('returns user names, also of participants inside a new group', () => {
    const participant = element('participant', { jid: ANNA_LID, username: 'anna' });
    const content = [element('create', {}, [element('group', { subject: 'Fun' }, [participant])])];
    expect(read('w:gp2', content, GROUP)).toEqual({
      usernames: [{ address: ANNA_LID, name: 'anna', observedAt: new Date(1_700_000_000_000) }],
    });
  });

  it('returns a new number: `participant` is the old one, `jid` of the child the new one', () => {
    const content = [element('change_number', { jid: BEN })];
    const changes = {
      numberChanges: [{ oldJid: ANNA, newJid: BEN, oldLid: null, newLid: null, observedAt }],
    };
    expect(read('w:gp2', content, { ...GROUP, participant: ANNA })).toMatchObject(changes);
    expect(read('w:gp2', content, { ...GROUP, participant: BEN }).numberChanges).toBeUndefined();
    expect(read('w:gp2', content, { ...GROUP, participant: OWNER.jid }).numberChanges).toBeUndefined();
    expect(read('w:gp2', content, GROUP)).toEqual({});
  });

  it('reads up to 5,000 participants at any depth', () => {
    const participants = (from: number) =>
      Array.from({ length: 4_000 }, (_, i) =>
        element('participant', {
          jid: `${from + i}@lid`,
          phone_number: `${491_700_000_000 + from + i}@c.us`,
        }),
      );
    const content = [
      element('add', {}, participants(1_000_000)),
      element('create', {}, [element('group', {}, participants(2_000_000))]),
    ];
    expect(read('w:gp2', content, GROUP).mappings).toHaveLength(5_000);
  });

  it('ignores the account itself', () => {
    const own = element('participant', { jid: OWNER.lid ?? '', phone_number: OWNER.jid });
    expect(read('w:gp2', [element('add', {}, [own])], GROUP)).toEqual({});
  });

  it.each(MALFORMED)('returns no changes with %s', (_, content, attrs) => {
    expect(read('w:gp2', content, attrs)).toEqual({});
  });
});
