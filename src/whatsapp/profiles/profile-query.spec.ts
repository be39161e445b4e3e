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

const answer = (users: BinaryNode[], result: BinaryNode[] = []) =>
  element('iq', { type: 'result' }, [
    element('usync', {}, [element('result', {}, result), element('list', {}, users)]),
  ]);
const refusal = (protocol: string, code: string) =>
  element(protocol, {}, [element('error', { code, text: 'no' })]);
const profileOf = (facts: BinaryNode[], result: BinaryNode[] = []) =>
  readProfiles(answer([element('user', { jid: ANNA }, facts)], result), [ANNA]).get(ANNA);

describe('a query for profiles', () => {
  it('asks about many people at once', () => {
    const token = { token: Buffer.from('token'), timestamp: '1' };
    const query = profileQuery([ANNA, ANNA_LID], { id: 'abc', tokens: new Map([[ANNA, token]]) });
    expect(query.attrs).toEqual({ to: '@s.whatsapp.net', type: 'get', xmlns: 'usync' });
    const [usync] = query.content as BinaryNode[];
    const [asked, list] = usync?.content as BinaryNode[];
    expect((asked?.content as BinaryNode[]).map(({ tag }) => tag)).toEqual([
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

describe('the answer to a query for profiles', () => {
  it('tells all there is', () => {
    const facts = [
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
    expect(profileOf(facts)).toEqual({
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
    ['hidden, said by an error', refusal('status', '401'), { text: null, setAt: null }],
    ['unknown', refusal('status', '500'), null],
  ])('tells an about text that is %s', (_, status, about) => {
    expect(profileOf([status])).toMatchObject({ about });
  });

  it.each([
    ['none', element('picture'), { state: 'none' }],
    ['none, said by an error', refusal('picture', '404'), { state: 'none' }],
    ['hidden', refusal('picture', '401'), { state: 'hidden' }],
    ['unknown', refusal('picture', '500'), null],
  ])('tells a picture that is %s', (_, node, picture) => {
    expect(profileOf([node])).toMatchObject({ picture });
  });

  it.each([
    ['never was set', element('text_status'), null],
    ['is refused', refusal('text_status', '401'), null],
    [
      'was cleared',
      element('text_status', { last_update_time: '1700000000', ephemeral_duration_sec: '0' }),
      { text: '', emoji: null, setAt: new Date(1_700_000_000_000), expiresAt: null },
    ],
  ])('tells a text status that %s', (_, node, textStatus) => {
    expect(profileOf([node])).toMatchObject({ textStatus });
  });

  it("is not spoiled by one person's error", () => {
    const users = [
      element('user', { jid: ANNA }, [refusal('devices', '404'), refusal('business', '500')]),
      element('user', { jid: ANNA_LID }, [element('status', {}, 'Busy')]),
    ];
    const profiles = readProfiles(answer(users), [ANNA, ANNA_LID]);
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

  it('contains only contacts who were asked for, each once, and as often as an answer is long', () => {
    const named = (jid: string, text: string) => element('user', { jid }, [element('status', {}, text)]);
    const strangers = Array.from({ length: 200 }, (_, i) =>
      named(`${4_917_000_000_000 + i}@s.whatsapp.net`, 'x'),
    );
    const profiles = readProfiles(answer([...strangers, named(ANNA, 'first'), named(ANNA, 'second')]), [
      ANNA,
      ANNA_LID,
    ]);
    expect([...profiles.keys()]).toEqual([ANNA]);
    expect(profiles.get(ANNA)).toMatchObject({ about: { text: 'first' } });
  });

  it('is cut where an attribute or a text is too long', () => {
    const long = 'x'.repeat(900_000);
    const facts = [
      element('status', {}, long),
      element('picture', { id: long }),
      element('business', {}, [element('verified_name', {}, certificate(long))]),
      element('devices', {}, [
        element('key-index-list', {}, Buffer.concat([keyIndexList(), Buffer.from(long)])),
      ]),
      element('lid', { val: `${'1'.repeat(900_000)}@lid` }),
      element('text_status', { text: 'Hi', last_update_time: '1700000000', ephemeral_duration_sec: '1e300' }),
    ];
    expect(profileOf(facts)).toEqual({
      lid: null,
      about: { text: 'x'.repeat(16_384), setAt: null },
      textStatus: { text: 'Hi', emoji: null, setAt: new Date(1_700_000_000_000), expiresAt: null },
      username: null,
      picture: null,
      business: { isBusiness: true, name: null },
      identityKey: null,
    });
  });

  it('leaves unknown whether somebody is a business when that was refused', () => {
    expect(profileOf([element('status', {}, 'Busy')], [refusal('business', '500')])).toMatchObject({
      business: null,
    });
  });

  it('does not take a verified name that is an error for a business', () => {
    const business = element('business', {}, [refusal('verified_name', '404')]);
    expect(profileOf([business])).toMatchObject({ business: { isBusiness: false, name: null } });
  });

  it('is found by the number asked for when it names the user by LID', () => {
    const users = [element('user', { jid: ANNA_LID, pn_jid: ANNA }, [element('status', {}, 'Busy')])];
    expect([...readProfiles(answer(users), [ANNA])]).toMatchObject([
      [ANNA, { about: { text: 'Busy' }, lid: null }],
    ]);
  });

  it('is about the LID asked for, whatever number it names', () => {
    const users = [element('user', { jid: ANNA_LID, pn_jid: ANNA }, [element('status', {}, 'Busy')])];
    expect([...readProfiles(answer(users), [ANNA_LID]).keys()]).toEqual([ANNA_LID]);
    expect([...readProfiles(answer(users), []).keys()]).toEqual([]);
  });

  it('is a complaint when one of the protocols was asked for too much', () => {
    expect(() => profileOf([], [refusal('devices', '429')])).toThrow(RateLimited);
  });

  it.each([
    ['nothing', element('iq')],
    ['text', element('iq', {}, 'text')],
    ['people without address or facts', answer([element('user'), element('user', { jid: 'x' })])],
  ])('tells nothing when it holds %s', (_, node) => {
    expect(readProfiles(node, [ANNA])).toEqual(new Map());
  });
});
