import { describe, expect, it } from '@jest/globals';
import { proto } from '@whiskeysockets/baileys';
import { InputRefused } from '../wire/input-refused.js';
import { type HistoryNames, HistoryReader } from './history-reader.js';

const { HistorySyncType } = proto.HistorySync;

const encode = (history: proto.IHistorySync) => proto.HistorySync.encode(history).finish();

const NO_NAMES: HistoryNames = { pushNames: [], mappings: [], usernames: [], saved: [], tokens: [] };

/** Reads a history that arrives in small pieces. */
function readHistoryNames(bytes: Uint8Array): HistoryNames {
  const reader = new HistoryReader();
  for (let at = 0; at < bytes.length; at += 7) reader.push(bytes.subarray(at, at + 7));
  reader.end();
  return reader.take();
}

describe('HistoryReader', () => {
  it('returns push names unchanged, with the addresses of contacts', () => {
    const names = readHistoryNames(
      encode({
        syncType: HistorySyncType.PUSH_NAME,
        pushnames: [{ id: '491701234567@s.whatsapp.net', pushname: 'Änna 👩‍🚀' }, { id: '1@g.us' }],
      }),
    );
    expect(names.pushNames).toEqual([{ address: '491701234567@s.whatsapp.net', name: 'Änna 👩‍🚀' }]);
  });

  it('returns the LID–PN mappings of the list and of the chats', () => {
    const { mappings } = readHistoryNames(
      encode({
        syncType: HistorySyncType.RECENT,
        phoneNumberToLidMappings: [
          { pnJid: '4911@s.whatsapp.net', lidJid: '11@lid' },
          { pnJid: '4912@s.whatsapp.net' },
        ],
        conversations: [
          { id: '4913@s.whatsapp.net', lidJid: '13@lid' },
          { id: '14@lid', pnJid: '4914@s.whatsapp.net' },
          { id: '4915@s.whatsapp.net', accountLid: '15@lid' },
          { id: '16@lid' },
          { id: '120363012345678901@g.us', lidJid: '17@lid' },
        ],
      }),
    );
    expect(mappings.map(({ jid, lid }) => `${jid} ${lid}`).sort()).toEqual([
      '4911@s.whatsapp.net 11@lid',
      '4913@s.whatsapp.net 13@lid',
      '4914@s.whatsapp.net 14@lid',
      '4915@s.whatsapp.net 15@lid',
    ]);
  });

  it('skips messages', () => {
    const message = {
      message: { key: { id: 'x' }, pushName: 'not read', message: { conversation: 'text' } },
    };
    const history = encode({
      syncType: HistorySyncType.INITIAL_BOOTSTRAP,
      progress: 7,
      conversations: [
        { id: '4913@s.whatsapp.net', messages: [message, message], displayName: 'not a push name' },
      ],
    });
    expect(readHistoryNames(history)).toEqual(NO_NAMES);
  });

  it('returns usernames and privacy tokens of chats', () => {
    const token = Buffer.from('a token');
    const { usernames, tokens } = readHistoryNames(
      encode({
        syncType: HistorySyncType.RECENT,
        conversations: [
          { id: '13@lid', username: 'anna', tcToken: token, tcTokenTimestamp: 1_700_000_000 },
          {
            id: '4914@s.whatsapp.net',
            lidJid: '14@lid',
            tcToken: token,
            tcTokenTimestamp: 2,
            tcTokenSenderTimestamp: 1,
          },
          { id: '15@lid', tcToken: token },
          { id: '120363012345678901@g.us', username: 'group' },
        ],
      }),
    );
    expect(usernames).toEqual([{ address: '13@lid', name: 'anna' }]);
    expect(tokens).toEqual([
      { address: '13@lid', token, timestamp: 1_700_000_000, senderTimestamp: null },
      { address: '14@lid', token, timestamp: 2, senderTimestamp: 1 },
    ]);
  });

  it('returns inline contacts', () => {
    const text = (field: number, value: string) =>
      Buffer.concat([Buffer.from([(field << 3) | 2, value.length]), Buffer.from(value)]);
    const contact = Buffer.concat([
      text(1, '4911@s.whatsapp.net'),
      text(2, '11@lid'),
      text(3, 'Anna Adler'),
      text(4, 'Anna'),
      text(5, 'anna'),
    ]);
    const inline = Buffer.concat([Buffer.from([0xa2, 0x01, contact.length]), contact]);
    const history = Buffer.concat([encode({ syncType: HistorySyncType.RECENT }), inline]);
    expect(readHistoryNames(history)).toMatchObject({
      mappings: [{ jid: '4911@s.whatsapp.net', lid: '11@lid', observedAt: null }],
      usernames: [{ address: '4911@s.whatsapp.net', name: 'anna' }],
      saved: [{ address: '4911@s.whatsapp.net', fullName: 'Anna Adler', firstName: 'Anna' }],
    });
  });

  it('rejects a truncated history', () => {
    const history = encode({
      syncType: HistorySyncType.PUSH_NAME,
      pushnames: [{ id: 'a', pushname: 'b'.repeat(50) }],
    });
    expect(() => readHistoryNames(history.subarray(0, -5))).toThrow(InputRefused);
  });

  it('truncates long names between two characters', () => {
    const history = encode({
      syncType: HistorySyncType.PUSH_NAME,
      pushnames: [{ id: '491701234567@s.whatsapp.net', pushname: 'a' + 'é'.repeat(5_000) }],
    });
    expect(readHistoryNames(history).pushNames[0]?.name).toBe('a' + 'é'.repeat(511));
  });
});
