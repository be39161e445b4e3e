import type { SignalDataSet } from '@whiskeysockets/baileys';
import type { Transaction } from '../../database/transaction.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { deserialiseKey, serialiseKeys } from '../auth-state/auth-key-codec.js';
import type { AuthStateRepository } from '../auth-state/auth-state.repository.js';
import type { HistoryToken } from './history-reader.js';

/**
 * Keeps privacy tokens where Baileys keeps those of notifications (`storeTcTokensFromNotification`). Of two of one person the
 * newer stays.
 */
export async function saveTokens(
  tx: Transaction,
  repository: AuthStateRepository,
  session: SessionName,
  tokens: HistoryToken[],
): Promise<void> {
  if (tokens.length === 0) return;
  const ids = tokens.map(({ address }) => address);
  const kept = new Map(
    (await repository.findKeys(session, 'tctoken', ids)).map(({ id, value }) => [
      id,
      Number(deserialiseKey('tctoken', value).timestamp),
    ]),
  );
  const newer = tokens.filter(({ address, timestamp }) => !(timestamp <= (kept.get(address) ?? 0)));
  const byId: NonNullable<SignalDataSet['tctoken']> = {};
  for (const { address, token, timestamp, senderTimestamp } of newer) {
    byId[address] = {
      token,
      timestamp: String(timestamp),
      ...(senderTimestamp !== null && { senderTimestamp }),
    };
  }
  await repository.saveKeys(tx, session, serialiseKeys({ tctoken: byId }));
}
