import { BufferJSON, proto, type SignalDataSet, type SignalDataTypeMap } from '@whiskeysockets/baileys';
import type { SerializedKeys } from './auth-state.repository.js';

export function serializeKeys(keys: SignalDataSet): SerializedKeys {
  return Object.fromEntries(
    Object.entries(keys).map(([type, byId]) => [
      type,
      Object.fromEntries(Object.entries(byId).map(([id, value]) => [id, serialize(value)])),
    ]),
  );
}

function serialize(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value, BufferJSON.replacer);
}

export function deserializeKey<T extends keyof SignalDataTypeMap>(
  type: T,
  text: string,
): SignalDataTypeMap[T] {
  const value = JSON.parse(text, BufferJSON.reviver) as SignalDataTypeMap[T];
  if (type !== 'app-state-sync-key') return value;
  return proto.Message.AppStateSyncKeyData.fromObject(value as object) as unknown as SignalDataTypeMap[T];
}
