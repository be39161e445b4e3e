import {
  type BinaryNode,
  getBinaryNodeChild,
  QueryIds,
  S_WHATSAPP_NET,
  XWAPaths,
} from '@whiskeysockets/baileys';
import { bytesOf } from './stanza-values.js';

/** How long an account counts as locked when WhatsApp does not say until when. */
const LOCK_WITHOUT_END_MS = 24 * 3_600_000;
/** No lock is believed for longer; the next query or notification extends it. */
const MAX_LOCK_MS = 30 * 24 * 3_600_000;
/** The answer is an object of three fields. */
const MAX_ANSWER_BYTES = 16_384;

/** The lock as WhatsApp describes it, in an answer and in a `mex` notification; seconds since 1970 as text. */
export interface ReachOutLockPayload {
  is_active?: unknown;
  time_enforcement_ends?: unknown;
}

/** The end of the lock; null: the account is not locked. */
export function lockedUntil({
  is_active: isActive,
  time_enforcement_ends: ends,
}: ReachOutLockPayload): Date | null {
  if (!isActive) return null;
  const nowMs = Date.now();
  const endMs = Number(ends) * 1_000;
  return new Date(endMs > nowMs ? Math.min(endMs, nowMs + MAX_LOCK_MS) : nowMs + LOCK_WITHOUT_END_MS);
}

/** Queries the lock: GraphQL over IQ, as sent by Baileys' `fetchAccountReachoutTimelock` and zapo's `getReachoutTimelock`. */
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
 * @returns the end of the lock; null: the account is not locked
 * @throws Error when the answer has another form
 */
export function readReachOutLock(answer: BinaryNode): Date | null {
  const bytes = bytesOf(getBinaryNodeChild(answer, 'result'));
  if (!bytes || bytes.length > MAX_ANSWER_BYTES)
    throw new Error('The answer has no result, or one that is too long');
  const json = JSON.parse(bytes.toString('utf8')) as {
    data?: Record<string, ReachOutLockPayload | null>;
  } | null;
  const payload = json?.data?.[XWAPaths.xwa2_fetch_account_reachout_timelock];
  if (!payload || typeof payload !== 'object') throw new Error('The answer does not describe the lock');
  return lockedUntil(payload);
}
