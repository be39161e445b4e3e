import { hmacSign } from '@whiskeysockets/baileys';
import type { SyncKey } from './sync-keys.js';

function networkOrder(version: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(version, 4);
  return bytes;
}

/** Computes the MAC of a collection's LT hash at a version (`generateSnapshotMac` in Baileys' `chat-utils`). */
export function snapshotMac(state: { ltHash: Buffer; version: number; name: string }, key: SyncKey): Buffer {
  return hmacSign(
    Buffer.concat([state.ltHash, networkOrder(state.version), Buffer.from(state.name)]),
    key.snapshotMac,
  );
}

/** Computes the MAC of a patch, from its snapshot MAC and value MACs (`generatePatchMac` in Baileys' `chat-utils`). */
export function patchMac(
  patch: { snapshotMac: Buffer; valueMacs: readonly Buffer[]; version: number; name: string },
  key: SyncKey,
): Buffer {
  const parts = [patch.snapshotMac, ...patch.valueMacs, networkOrder(patch.version), Buffer.from(patch.name)];
  return hmacSign(Buffer.concat(parts), key.patchMac);
}
