import { accountDetail, accountName, joined } from '../session/session-texts.js';
import type { SessionList } from '../sessions/session-list.js';

/** Returns what identifies the account of a session for people, as far as it is known. */
export function accountLabel(name: string, list: SessionList | null): string {
  const session = list?.sessions.value?.find((each) => each.name === name);
  return session ? joined([accountName(session), accountDetail(session)]) : name;
}
