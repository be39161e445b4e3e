import { describe, expect, it } from '@jest/globals';
import { ANNA, ANNA_LID, changesIn, element, OWNER } from '../../../test/support/stanzas.js';
import { readCallStanza } from './call-stanza.js';

const call = (offer: Record<string, string>, attrs: Record<string, string> = {}) =>
  changesIn(readCallStanza, element('call', { from: ANNA_LID, ...attrs }, [element('offer', offer)]));

describe('readCallStanza', () => {
  it('returns the number and push name of a caller that is identified by LID', () => {
    const offer = { 'call-creator': '81234567890123:2@lid', caller_pn: ANNA };
    expect(call(offer, { notify: 'Anna' })).toEqual({
      mappings: [{ jid: ANNA, lid: ANNA_LID, observedAt: null }],
      pushNames: [{ address: ANNA_LID, name: 'Anna', observedAt: expect.any(Date) }],
    });
  });

  it('returns no changes without a number, from the account itself, or without an offer', () => {
    expect(call({ 'call-creator': ANNA_LID })).toEqual({});
    expect(call({ caller_pn: OWNER.jid }, { from: OWNER.lid as string, notify: 'Me' })).toEqual({});
    expect(changesIn(readCallStanza, element('call', { from: ANNA_LID }))).toEqual({});
  });

  it('names the sender only, although the content names another creator', () => {
    const mallory = '99999999999999@lid';
    expect(call({ 'call-creator': ANNA_LID, caller_pn: ANNA }, { from: mallory, notify: 'Mallory' })).toEqual(
      {
        pushNames: [{ address: mallory, name: 'Mallory', observedAt: expect.any(Date) }],
      },
    );
    const terminate = element('terminate', { 'call-creator': mallory, caller_pn: ANNA });
    expect(changesIn(readCallStanza, element('call', { from: mallory }, [terminate]))).toEqual({});
  });
});
