import { describe, expect, it } from '@jest/globals';
import { isLid, parseAddress, parseJid, parseLid, parsePhone } from './address.js';

describe('parseAddress', () => {
  it.each([
    ['491701234567@s.whatsapp.net', '491701234567@s.whatsapp.net'],
    ['491701234567:12@s.whatsapp.net', '491701234567@s.whatsapp.net'],
    ['491701234567@c.us', '491701234567@s.whatsapp.net'],
    ['491701234567:99@hosted', '491701234567@s.whatsapp.net'],
    ['123456789012345@lid', '123456789012345@lid'],
    ['123456789012345:3@lid', '123456789012345@lid'],
    ['123456789012345_1:3@lid', '123456789012345@lid'],
    ['123456789012345@hosted.lid', '123456789012345@lid'],
    ['123456789012345@s.whatsapp.net', '123456789012345@s.whatsapp.net'],
    ['12345678901234567890@lid', '12345678901234567890@lid'],
  ])('parses %s as %s', (wire, address) => {
    expect(parseAddress(wire)).toBe(address);
  });

  it.each([
    ['a group', '4917012345-1600000000@g.us'],
    ['a group of today', '120363012345678901@g.us'],
    ['a status', 'status@broadcast'],
    ['a broadcast list', '1600000000@broadcast'],
    ['a newsletter', '120363012345678901@newsletter'],
    ['a bot', '867051314767696@bot'],
    ["one of WhatsApp's bots", '13135550002@c.us'],
    ["WhatsApp's own announcements", '0@s.whatsapp.net'],
    ['a number of 16 digits', '1234567890123456@s.whatsapp.net'],
    ['a LID of 21 digits', '123456789012345678901@lid'],
    ['a device of 6 digits', '491701234567:123456@s.whatsapp.net'],
    ['a user of 180 kB', `${'1'.repeat(180_000)}@lid`],
    ['a number with a leading zero', '0170123456@s.whatsapp.net'],
    ['a server', 's.whatsapp.net'],
    ['nothing', ''],
    ['null', null],
    ['text around it', ' 491701234567@s.whatsapp.net\n'],
  ])('returns null for %s', (_, wire) => {
    expect(parseAddress(wire)).toBeNull();
  });

  it('distinguishes JIDs and LIDs', () => {
    expect(isLid(parseAddress('123456789012345@lid')!)).toBe(true);
    expect(isLid(parseAddress('491701234567@c.us')!)).toBe(false);
    expect(parseJid('123456789012345@lid')).toBeNull();
    expect(parseLid('491701234567@s.whatsapp.net')).toBeNull();
  });
});

describe('parsePhone', () => {
  it.each(['1234567', '123456789012345'])('accepts %s', (digits) => {
    expect(parsePhone(digits)).toBe(digits);
  });

  it.each(['', '123456', '1234567890123456', '0123456789', '+491701234567', '49 170 1234567', '49170x'])(
    'returns null for %j',
    (text) => {
      expect(parsePhone(text)).toBeNull();
    },
  );
});
