import { describe, expect, it } from '@jest/globals';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { isPeerMessage, kindOfSender, withTrustedAddressing } from './stanza-sender.js';

const OWN = { id: '491701230000:5@s.whatsapp.net', lid: '81234567890123:5@lid' };
const GROUP = '120363000000000001@g.us';

const message = (attrs: Record<string, string>): BinaryNode => ({ tag: 'message', attrs });

describe('kindOfSender', () => {
  it.each([
    ['phone', { from: '491701230000@s.whatsapp.net' }],
    ['phone', { from: '81234567890123@lid' }],
    ['phone', { from: GROUP, participant: '81234567890123@lid' }],
    ['companion', { from: '491701230000:9@s.whatsapp.net' }],
    ['companion', { from: '81234567890123:9@lid' }],
    ['contact', { from: '491701234567@s.whatsapp.net' }],
    ['contact', { from: '491701234567@s.whatsapp.net', participant: '491701230000@s.whatsapp.net' }],
    ['contact', { from: GROUP, participant: '491701234567@s.whatsapp.net' }],
    // The same user on another server is another account.
    ['contact', { from: '491701230000@lid' }],
    ['contact', { from: '81234567890123@s.whatsapp.net' }],
    ['contact', { from: '491701230000@hosted' }],
    ['contact', { from: '491701230000_1@s.whatsapp.net' }],
    ['contact', { from: 'status@broadcast', participant: 'x491701230000@s.whatsapp.net' }],
    ['server', { from: 's.whatsapp.net' }],
    ['server', { from: GROUP }],
    // An unknown server relays stanzas; this one has no participant.
    ['server', { from: '491701230000@s.whatsapp.net.evil' }],
    ['server', {}],
  ] as const)('is %s for %o', (kind, attrs) => {
    expect(kindOfSender(message(attrs), OWN)).toBe(kind);
  });

  it('recognizes no own device before the device is linked', () => {
    expect(kindOfSender(message({ from: '491701230000@s.whatsapp.net' }), {})).toBe('contact');
  });
});

describe('isPeerMessage', () => {
  it.each([
    [true, { from: '491701230000@s.whatsapp.net' }],
    [true, { from: '81234567890123:9@lid' }],
    [false, { from: '491701234567@s.whatsapp.net' }],
    [false, { from: '491701234567@s.whatsapp.net', participant: '491701230000@s.whatsapp.net' }],
    [false, { from: '491701230000@s.whatsapp.net', participant: '491701234567@s.whatsapp.net' }],
    [false, { from: GROUP, participant: '491701230000@s.whatsapp.net' }],
    [false, { from: 's.whatsapp.net' }],
  ] as const)('is %s for %o', (isPeer, attrs) => {
    expect(isPeerMessage(message({ ...attrs, category: 'peer' }), OWN)).toBe(isPeer);
  });

  it('requires the category', () => {
    expect(isPeerMessage(message({ from: '491701230000@s.whatsapp.net' }), OWN)).toBe(false);
  });
});

describe('withTrustedAddressing', () => {
  const everything = {
    sender_pn: '1',
    sender_lid: '2',
    participant_pn: '3',
    participant_lid: '4',
    peer_recipient_pn: '5',
    peer_recipient_lid: '6',
    recipient_pn: '7',
    recipient_lid: '8',
    category: 'peer',
    notify: 'name',
  };

  it("removes addresses of the receiver from a contact's stanza", () => {
    const stanza = message({ ...everything, from: '491701234567@s.whatsapp.net', participant: 'x@lid' });
    expect(Object.keys(withTrustedAddressing(stanza, 'contact').attrs).sort()).toEqual(
      ['from', 'notify', 'participant_lid', 'participant_pn', 'sender_lid', 'sender_pn'].sort(),
    );
  });

  it("removes addresses of the sender from the account's own stanza", () => {
    const stanza = message({ ...everything, from: '491701230000@s.whatsapp.net' });
    expect(Object.keys(withTrustedAddressing(stanza, 'phone').attrs).sort()).toEqual(
      [
        'category',
        'from',
        'notify',
        'peer_recipient_lid',
        'peer_recipient_pn',
        'recipient_lid',
        'recipient_pn',
      ].sort(),
    );
  });

  it('preserves the participant of a stanza that a group relays', () => {
    const stanza = message({ from: GROUP, participant: '491701234567@s.whatsapp.net' });
    expect(withTrustedAddressing(stanza, 'contact')).toBe(stanza);
  });
});
