import { describe, expect, it } from '@jest/globals';
import type { BinaryNode } from '@whiskeysockets/baileys';
import {
  ANNA,
  ANNA_LID,
  certificate,
  element,
  IDENTITY,
  keyIndexList,
} from '../../../test/support/stanzas.js';
import { RateLimited } from './profile-errors.js';
import { profileQuery, readProfiles } from './profile-query.js';

const response = (users: BinaryNode[], result: BinaryNode[] = []) =>
  element('iq', { type: 'result' }, [
    element('usync', {}, [element('result', {}, result), element('list', {}, users)]),
  ]);
const refusal = (protocol: string, code: string) =>
  element(protocol, {}, [element('error', { code, text: 'no' })]);
const profileOf = (children: BinaryNode[], result: BinaryNode[] = []) =>
  readProfiles(response([element('user', { jid: ANNA }, children)], result), [ANNA]).get(ANNA);

describe('profileQuery', () => {
  it('requests several contacts at once', () => {
    const token = { token: Buffer.from('token'), timestamp: '1' };
    const query = profileQuery([ANNA, ANNA_LID], { id: 'abc', tokens: new Map([[ANNA, token]]) });
    expect(query.attrs).toEqual({ to: '@s.whatsapp.net', type: 'get', xmlns: 'usync' });
    const [usync] = query.content as BinaryNode[];
    const [requested, list] = usync?.content as BinaryNode[];
    expect((requested?.content as BinaryNode[]).map(({ tag }) => tag)).toEqual([
      'status',
      'text_status',
      'username',
      'picture',
      'business',
      'devices',
      'lid',
    ]);
    expect(list?.content).toEqual([
      element('user', { jid: ANNA }, [element('tctoken', {}, token.token)]),
      element('user', { jid: ANNA_LID }),
    ]);
  });
});

describe('readProfiles', () => {
  it('reads all values', () => {
    const children = [
      element('status', { t: '1700000000' }, Buffer.from('Gone fishing 🎣')),
      element('business', {}, [element('verified_name', {}, certificate('Bäckerei Anna'))]),
      element('devices', {}, [
        element('device-list'),
        element('key-index-list', { ts: '1' }, keyIndexList()),
      ]),
      element('lid', { val: ANNA_LID }),
      element(
        'text_status',
        { text: 'Fishing', last_update_time: '1700000100', ephemeral_duration_sec: '3600' },
        [element('emoji', { content: '🎣' })],
      ),
      element('username', {}, Buffer.from('anna')),
      element('picture', { id: '17' }),
    ];
    expect(profileOf(children)).toEqual({
      lid: ANNA_LID,
      about: { text: 'Gone fishing 🎣', setAt: new Date(1_700_000_000_000) },
      textStatus: {
        text: 'Fishing',
        emoji: '🎣',
        setAt: new Date(1_700_000_100_000),
        expiresAt: new Date(1_700_003_700_000),
      },
      username: 'anna',
      picture: { state: 'present', id: '17' },
      business: { isBusiness: true, name: { name: 'Bäckerei Anna', isSignedBy: expect.any(Function) } },
      identityKey: Buffer.from(IDENTITY.public),
    });
  });

  it.each([
    ['empty', element('status', { t: '1700000000' }), { text: '', setAt: new Date(1_700_000_000_000) }],
    ['hidden', element('status', { code: '401', type: 'fail' }), { text: null, setAt: null }],
    ['hidden, with an error element', refusal('status', '401'), { text: null, setAt: null }],
    ['unknown', refusal('status', '500'), null],
  ])('reads an about text that is %s', (_, status, about) => {
    expect(profileOf([status])).toMatchObject({ about });
  });

  it.each([
    ['none', element('picture'), { state: 'none' }],
    ['none, with an error element', refusal('picture', '404'), { state: 'none' }],
    ['hidden', refusal('picture', '401'), { state: 'hidden' }],
    ['unknown', refusal('picture', '500'), null],
  ])('reads a picture that is %s', (_, node, picture) => {
    expect(profileOf([node])).toMatchObject({ picture });
  });

  it.each([
    ['was never set', element('text_status'), null],
    ['is refused', refusal('text_status', '401'), null],
    [
      'was cleared',
      element('text_status', { last_update_time: '1700000000', ephemeral_duration_sec: '0' }),
      { text: '', emoji: null, setAt: new Date(1_700_000_000_000), expiresAt: null },
    ],
  ])('reads a text status that %s', (_, node, textStatus) => {
    expect(profileOf([node])).toMatchObject({ textStatus });
  });

  it('reads the other values and users if one contains an error', () => {
    const users = [
      element('user', { jid: ANNA }, [refusal('devices', '404'), refusal('business', '500')]),
      element('user', { jid: ANNA_LID }, [element('status', {}, 'Busy')]),
    ];
    const profiles = readProfiles(response(users), [ANNA, ANNA_LID]);
    expect(profiles.get(ANNA)).toEqual({
      lid: null,
      about: null,
      textStatus: null,
      username: null,
      picture: null,
      business: null,
      identityKey: null,
    });
    expect(profiles.get(ANNA_LID)).toMatchObject({
      about: { text: 'Busy' },
      business: { isBusiness: false },
    });
  });

  it('reads only requested contacts, each once', () => {
    const named = (jid: string, text: string) => element('user', { jid }, [element('status', {}, text)]);
    const strangers = Array.from({ length: 200 }, (_, i) =>
      named(`${4_917_000_000_000 + i}@s.whatsapp.net`, 'x'),
    );
    const profiles = readProfiles(response([...strangers, named(ANNA, 'first'), named(ANNA, 'second')]), [
      ANNA,
      ANNA_LID,
    ]);
    expect([...profiles.keys()]).toEqual([ANNA]);
    expect(profiles.get(ANNA)).toMatchObject({ about: { text: 'first' } });
  });

  it('truncates texts and ignores attributes that are too long', () => {
    const long = 'x'.repeat(900_000);
    const children = [
      element('status', {}, long),
      element('picture', { id: long }),
      element('business', {}, [element('verified_name', {}, certificate(long))]),
      element('devices', {}, [
        element('key-index-list', {}, Buffer.concat([keyIndexList(), Buffer.from(long)])),
      ]),
      element('lid', { val: `${'1'.repeat(900_000)}@lid` }),
      element('text_status', { text: 'Hi', last_update_time: '1700000000', ephemeral_duration_sec: '1e300' }),
    ];
    expect(profileOf(children)).toEqual({
      lid: null,
      about: { text: 'x'.repeat(16_384), setAt: null },
      textStatus: { text: 'Hi', emoji: null, setAt: new Date(1_700_000_000_000), expiresAt: null },
      username: null,
      picture: null,
      business: { isBusiness: true, name: null },
      identityKey: null,
    });
  });

  it('returns null for the business if WhatsApp refuses the protocol', () => {
    expect(profileOf([element('status', {}, 'Busy')], [refusal('business', '500')])).toMatchObject({
      business: null,
    });
  });

  it('does not treat a verified name with an error as a business', () => {
    const business = element('business', {}, [refusal('verified_name', '404')]);
    expect(profileOf([business])).toMatchObject({ business: { isBusiness: false, name: null } });
  });

  it('finds the requested number if the user is identified by LID', () => {
    const users = [element('user', { jid: ANNA_LID, pn_jid: ANNA }, [element('status', {}, 'Busy')])];
    expect([...readProfiles(response(users), [ANNA])]).toMatchObject([
      [ANNA, { about: { text: 'Busy' }, lid: null }],
    ]);
  });

  it('finds the requested LID, regardless of the number in the user element', () => {
    const users = [element('user', { jid: ANNA_LID, pn_jid: ANNA }, [element('status', {}, 'Busy')])];
    expect([...readProfiles(response(users), [ANNA_LID]).keys()]).toEqual([ANNA_LID]);
    expect([...readProfiles(response(users), []).keys()]).toEqual([]);
  });

  it('throws RateLimited if WhatsApp refuses a protocol because of too many requests', () => {
    expect(() => profileOf([], [refusal('devices', '429')])).toThrow(RateLimited);
  });

  it.each([
    ['nothing', element('iq')],
    ['text', element('iq', {}, 'text')],
    ['users without an address or values', response([element('user'), element('user', { jid: 'x' })])],
  ])('returns no profiles if the response contains %s', (_, node) => {
    expect(readProfiles(node, [ANNA])).toEqual(new Map());
  });
});
