import { describe, expect, it } from '@jest/globals';
import { ANNA, ANNA_LID, changesIn, element, OWNER } from '../../../test/support/stanzas.js';
import { readCallStanza } from './call-stanza.js';

const call = (offer: Record<string, string>, attrs: Record<string, string> = {}) =>
  changesIn(readCallStanza, element('call', { from: ANNA_LID, ...attrs }, [element('offer', offer)]));

describe('readCallStanza', () => {
  it('returns the number and push name of a caller that is identified by LID', () => {
    const offer = { 'call-creator': '81234567890123:2@lid', caller_pn: ANNA };
    expect(call(offer, { notify: 'Anna' })).toEqual({
      mappings: [{ jid: ANNA, lid: ANNA_LID, observedAt: expect.any(Date) }],
      pushNames: [{ address: ANNA_LID, name: 'Anna', observedAt: expect.any(Date) }],
    });
  });

  it('returns no changes without a number, from the account itself, or without an offer', () => {
    expect(call({ 'call-creator': ANNA_LID })).toEqual({});
    expect(call({ 'call-creator': OWNER.lid as string, caller_pn: OWNER.jid }, { notify: 'Me' })).toEqual({});
    expect(changesIn(readCallStanza, element('call', { from: ANNA_LID }))).toEqual({});
  });
});
