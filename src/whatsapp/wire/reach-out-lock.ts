import {
  type BinaryNode,
  getBinaryNodeChild,
  QueryIds,
  S_WHATSAPP_NET,
  XWAPaths,
} from '@whiskeysockets/baileys';
import { bytesOf } from './stanza-values.js';

/** How long an account is considered locked if WhatsApp does not send the end of the lock. */
const LOCK_WITHOUT_END_MS = 24 * 3_600_000;
/** Maximum duration of a lock. The next query or notification extends it. */
const MAX_LOCK_MS = 30 * 24 * 3_600_000;
/** The response is an object with three fields. */
const MAX_RESPONSE_BYTES = 16_384;

/** The lock in a response or a `mex` notification; times are seconds since 1970 as text. */
export interface ReachOutLockPayload {
  is_active?: unknown;
  time_enforcement_ends?: unknown;
}

/** Returns the end of the lock; null if the account is not locked. */
export function lockedUntil({
  is_active: isActive,
  time_enforcement_ends: ends,
}: ReachOutLockPayload): Date | null {
  if (!isActive) return null;
  const nowMs = Date.now();
  const endMs = Number(ends) * 1_000;
  return new Date(endMs > nowMs ? Math.min(endMs, nowMs + MAX_LOCK_MS) : nowMs + LOCK_WITHOUT_END_MS);
}

/** Returns a query for the lock, as in Baileys' `fetchAccountReachoutTimelock` and zapo's `getReachoutTimelock`. */
export function reachOutLockQuery(): BinaryNode {
  const variables = Buffer.from(JSON.stringify({ variables: {} }));
  return {
    tag: 'iq',
    attrs: { to: S_WHATSAPP_NET, type: 'get', xmlns: 'w:mex' },
    content: [{ tag: 'query', attrs: { query_id: QueryIds.REACHOUT_TIMELOCK }, content: variables }],
  };
}

/**
 * Reads `<result>{"data":{"xwa2_fetch_account_reachout_timelock":{…}}}</result>`.
 *
 * @returns the end of the lock; null if the account is not locked
 * @throws Error if the response has a different format
 */
export function readReachOutLock(response: BinaryNode): Date | null {
  const bytes = bytesOf(getBinaryNodeChild(response, 'result'));
  if (!bytes || bytes.length > MAX_RESPONSE_BYTES)
    throw new Error('The response has no result, or the result is too long');
  const json = JSON.parse(bytes.toString('utf8')) as {
    data?: Record<string, ReachOutLockPayload | null>;
  } | null;
  const payload = json?.data?.[XWAPaths.xwa2_fetch_account_reachout_timelock];
  if (!payload || typeof payload !== 'object') throw new Error('The response does not describe the lock');
  return lockedUntil(payload);
}
