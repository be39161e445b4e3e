import { describe, expect, it } from '@jest/globals';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { element } from '../../../test/support/stanzas.js';
import type { Phone } from '../../kernel/identifiers/address.js';
import { RateLimited } from '../profiles/profile-errors.js';
import { ChecksRefused, numberCheckQuery, readNumberChecks } from './number-check-query.js';

const ANNA = '491701234567' as Phone;
const BRAZIL = '5511987654321' as Phone;

const answersOf = (users: BinaryNode[], requested = [ANNA], result: BinaryNode[] = []) =>
  readNumberChecks(
    element('iq', { type: 'result' }, [
      element('usync', {}, [element('result', {}, result), element('list', {}, users)]),
    ]),
    requested,
  );
const user = (attrs: Record<string, string>, type: string, content?: string, lid?: string) =>
  element('user', attrs, [
    element('contact', { type }, content === undefined ? undefined : Buffer.from(content)),
    ...(lid ? [element('lid', { val: lid })] : []),
  ]);

describe('numberCheckQuery', () => {
  it('requests numbers with a leading plus sign, as other clients do', () => {
    const [usync] = numberCheckQuery([ANNA, BRAZIL], 'abc').content as BinaryNode[];
    expect(usync?.attrs).toMatchObject({ context: 'interactive', mode: 'query', sid: 'abc' });
    const [query, list] = usync?.content as BinaryNode[];
    expect((query?.content as BinaryNode[]).map(({ tag }) => tag)).toEqual(['contact', 'lid']);
    expect(list?.content).toEqual(
      [ANNA, BRAZIL].map((phone) => element('user', {}, [element('contact', {}, `+${phone}`)])),
    );
  });
});

describe('readNumberChecks', () => {
  it('returns the address that WhatsApp uses for a number, which can be another form of it', () => {
    const list = [user({ jid: '551187654321@s.whatsapp.net' }, 'in', `+${BRAZIL}`, '99@lid')];
    expect(answersOf(list, [BRAZIL])).toEqual([
      { phone: BRAZIL, onWhatsapp: true, jid: '551187654321@s.whatsapp.net', lid: '99@lid' },
    ]);
  });

  it.each(['out', 'invalid'])('returns false for %s, without an address', (type) => {
    const list = [user({ jid: `${ANNA}@s.whatsapp.net` }, type, `+${ANNA}`, '99@lid')];
    expect(answersOf(list)).toEqual([{ phone: ANNA, onWhatsapp: false, jid: null, lid: null }]);
  });

  it('finds a number by JID, or by pn_jid if the response uses LIDs, and never returns pn_jid', () => {
    const answer = { phone: ANNA, onWhatsapp: true };
    const jid = `${ANNA}@s.whatsapp.net`;
    expect(answersOf([user({ jid }, 'in')])).toEqual([{ ...answer, jid, lid: null }]);
    const byLid = user({ jid: '99@lid', pn_jid: jid }, 'in');
    expect(answersOf([byLid])).toEqual([{ ...answer, jid: null, lid: '99@lid' }]);
  });

  it('returns null for numbers without a readable answer, and ignores numbers that were not requested', () => {
    const unknown = [{ phone: ANNA, onWhatsapp: null, jid: null, lid: null }];
    for (const list of [
      [],
      [user({}, 'in', '+491709999999')],
      [user({}, 'maybe', `+${ANNA}`)],
      [element('user', {}, [])],
      [element('other', {}, [element('contact', { type: 'in' }, `+${ANNA}`)])],
    ])
      expect(answersOf(list)).toEqual(unknown);
  });

  it.each(['401', '403', '405', '503'])('throws if WhatsApp refuses the protocol with %s', (code) => {
    const refused = element('contact', {}, [element('error', { code })]);
    expect(() => answersOf([], [ANNA], [refused])).toThrow(ChecksRefused);
  });

  it('throws if WhatsApp returns errors for all numbers, and returns the answers if there are any', () => {
    const failed = (phone: Phone) =>
      element('user', { jid: `${phone}@s.whatsapp.net` }, [
        element('contact', {}, [element('error', { code: '500', text: 'no' })]),
      ]);
    expect(() => answersOf([failed(ANNA), failed(BRAZIL)], [ANNA, BRAZIL])).toThrow(ChecksRefused);
    expect(answersOf([failed(ANNA), user({}, 'out', `+${BRAZIL}`)], [ANNA, BRAZIL])).toEqual([
      { phone: ANNA, onWhatsapp: null, jid: null, lid: null },
      { phone: BRAZIL, onWhatsapp: false, jid: null, lid: null },
    ]);
  });

  it('throws if WhatsApp limits the protocol or a number', () => {
    const error = element('error', { code: '429', text: 'rate-overlimit' });
    const limited = element('contact', {}, [error]);
    expect(() => answersOf([], [ANNA], [limited])).toThrow(RateLimited);
    expect(() => answersOf([element('user', { jid: `${ANNA}@s.whatsapp.net` }, [limited])])).toThrow(
      RateLimited,
    );
  });
});
