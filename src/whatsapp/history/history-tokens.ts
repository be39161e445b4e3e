import type { SignalDataSet } from '@whiskeysockets/baileys';
import type { Transaction } from '../../database/transaction.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { deserializeKey, serializeKeys } from '../auth-state/auth-key-codec.js';
import type { AuthStateRepository } from '../auth-state/auth-state.repository.js';
import type { HistoryToken } from './history-reader.js';

/**
 * Stores privacy tokens where Baileys stores those of notifications (`storeTcTokensFromNotification`), unless the
 * stored token of the contact is newer.
 */
export async function saveTokens(
  tx: Transaction,
  repository: AuthStateRepository,
  session: SessionName,
  tokens: HistoryToken[],
): Promise<void> {
  if (tokens.length === 0) return;
  const ids = tokens.map(({ address }) => address);
  const stored = new Map(
    (await repository.findKeys(session, 'tctoken', ids)).map(({ id, value }) => [
      id,
      Number(deserializeKey('tctoken', value).timestamp),
    ]),
  );
  const newer = tokens.filter(({ address, timestamp }) => !(timestamp <= (stored.get(address) ?? 0)));
  const byId: NonNullable<SignalDataSet['tctoken']> = {};
  for (const { address, token, timestamp, senderTimestamp } of newer) {
    byId[address] = {
      token,
      timestamp: String(timestamp),
      ...(senderTimestamp !== null && { senderTimestamp }),
    };
  }
  await repository.saveKeys(tx, session, serializeKeys({ tctoken: byId }));
}
