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
import { readMexNotification } from './mex-notification.js';

const observedAt = new Date(1_700_000_000_000);
const endOfSecond = new Date(1_700_000_000_999);
const readText = (text: string) =>
  changesIn(
    readMexNotification,
    notification('mex', [element('update', { op_name: 'Any' }, Buffer.from(text))], {
      from: 's.whatsapp.net',
    }),
  );
const read = (data: unknown) => readText(JSON.stringify({ data }));

describe('readMexNotification', () => {
  it('returns an about text with emoji and end, with times as text or number', () => {
    const status = { jid: ANNA, text: 'Boat', emoji: { content: '⛵' }, ephemeral_duration_sec: 3_600 };
    for (const time of ['1700000000', 1_700_000_000]) {
      expect(read({ xwa2_notify_text_status_on_update: { ...status, last_update_time: time } })).toEqual({
        textStatuses: [
          {
            address: ANNA,
            text: 'Boat',
            emoji: '⛵',
            setAt: observedAt,
            expiresAt: new Date(1_700_003_600_000),
          },
        ],
      });
    }
  });

  it('returns an empty text if the about text was cleared', () => {
    expect(read({ xwa2_notify_text_status_on_update: { jid: ANNA, text: null, emoji: null } })).toEqual({
      textStatuses: [{ address: ANNA, text: '', emoji: null, setAt: observedAt, expiresAt: null }],
    });
  });

  it.each(['xwa2_notify_text_status_on_update_side_sub', 'xwa2_notify_username_on_update_side_sub'])(
    'requests the profile of a contact that is identified by a hash: %s',
    (name) => {
      expect(read({ [name]: { hash: 'abcd' } })).toEqual({ outdatedProfileHashes: ['abcd'] });
    },
  );

  it('returns set and deleted user names', () => {
    const lid = ANNA_LID;
    expect(read({ xwa2_notify_username_on_change: { lid, username: 'anna' } })).toEqual({
      usernames: [{ address: lid, name: 'anna', observedAt: endOfSecond }],
    });
    expect(read({ xwa2_notify_username_delete: { lid, display_name: 'Anna' } })).toEqual({
      usernames: [{ address: lid, name: null, observedAt: endOfSecond }],
    });
  });

  it('returns a changed LID', () => {
    expect(read({ xwa2_notify_lid_change: { old: ANNA_LID, new: '7@lid' } })).toEqual({
      lidChanges: [{ oldLid: ANNA_LID, newLid: '7@lid', observedAt: new Date('2023-11-14T22:13:20.999Z') }],
    });
  });

  it('returns the end of a reach-out lock; null if there is no lock', () => {
    const lock = (payload: object) => read({ xwa2_notify_account_reachout_timelock: payload }).reachOutLocks;
    const until = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 60_000);
    const ends = String(until.getTime() / 1_000);
    expect(lock({ is_active: true, time_enforcement_ends: ends })).toEqual([{ until }]);
    const [open] = lock({ is_active: true }) as { until: Date }[];
    expect((open?.until.getTime() ?? 0) - Date.now()).toBeGreaterThan(23 * 3_600_000);
    expect(lock({ is_active: false })).toEqual([{ until: null }]);
  });

  it('ignores an end of a lock that is not a date', () => {
    const payload = { is_active: true, time_enforcement_ends: '1e300' };
    const [lock] = read({ xwa2_notify_account_reachout_timelock: payload }).reachOutLocks as {
      until: Date;
    }[];
    expect((lock?.until.getTime() ?? 0) - Date.now()).toBeGreaterThan(23 * 3_600_000);
  });

  it.each([
    [
      'of 900 kB',
      JSON.stringify({ data: { xwa2_notify_username_delete: { lid: ANNA_LID, x: 'x'.repeat(900_000) } } }),
    ],
    ['nested 30,000 deep', '['.repeat(30_000)],
  ])('returns no changes if the JSON is %s', (_, text) => {
    expect(readText(text)).toEqual({});
  });

  it.each([
    ['about the account itself', { xwa2_notify_username_on_change: { lid: OWNER.lid, username: 'me' } }],
    ['of another kind', { xwa2_notify_newsletter_on_join: { id: '1@newsletter' } }],
    ['with an invalid payload', { xwa2_notify_lid_change: 'x', xwa2_notify_username_delete: [] }],
    ['without data', null],
  ])('returns no changes %s', (_, data) => {
    expect(read(data)).toEqual({});
  });

  it.each(['', '{', 'null', '[]', '"text"'])('returns no changes from %j', (text) => {
    expect(readText(text)).toEqual({});
  });

  it.each(MALFORMED)('returns no changes with %s', (_, content, attrs) => {
    expect(changesIn(readMexNotification, notification('mex', content, attrs))).toEqual({});
  });
});
