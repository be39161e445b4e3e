import { describe, expect, it } from '@jest/globals';
import { proto } from '@whiskeysockets/baileys';
import { readPeerContent } from './peer-content.js';

/** `Message { protocolMessage { type: HISTORY_SYNC_NOTIFICATION, historySyncNotification } }` */
function announcement(notification: number[]): Uint8Array {
  const protocol = [0x10, proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION, 0x32];
  const content = [...protocol, notification.length, ...notification];
  return Uint8Array.from([0x62, content.length, ...content]);
}

describe('readPeerContent', () => {
  it('returns a history notification as it was sent', () => {
    const notification = [0x30, 0x02];
    expect(readPeerContent(announcement(notification))).toEqual({
      kind: 'history',
      notification: Uint8Array.from(notification),
    });
  });

  it('rejects a history notification that cannot be read', () => {
    expect(() => readPeerContent(announcement([0x0a, 0xff, 0x01]))).toThrow(RangeError);
  });
});
