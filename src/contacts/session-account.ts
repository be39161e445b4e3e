import type { SessionName } from '../kernel/identifiers/session-name.js';
import type { SessionAccount, SessionsRepository } from '../sessions/sessions.repository.js';
import { NoAccountLinked } from './contacts.errors.js';

/**
 * Returns the account whose contacts a session serves: the linked one, or the one that was linked last.
 *
 * @throws SessionNotFound, NoAccountLinked
 */
export async function getAccount(
  sessions: SessionsRepository,
  session: SessionName,
): Promise<SessionAccount> {
  const account = await sessions.getAccount(session);
  if (!account) throw new NoAccountLinked();
  return account;
}
