import type { AuthenticationCreds } from '@whiskeysockets/baileys';
import type { Transaction } from '../../database/transaction.js';
import { parseJid, parseLid, phoneOf } from '../../kernel/identifiers/address.js';
import type { ReasonCode } from '../../sessions/reason-code.js';
import type { SessionAccount } from '../../sessions/sessions.repository.js';
import { accountKeyOf, isLinked, loadCredentials } from '../auth-state/auth-state.js';
import { type LinkFailure, linkFailures } from '../linking/link-failure.js';
import type { SessionContext } from '../sync/session-context.js';

type LinkContext = Pick<SessionContext, 'lease' | 'stores'>;

/** Links the session to the account in the credentials of a confirmed device, in the transaction that saves them. */
export async function linkAccount(
  tx: Transaction,
  { lease, stores }: LinkContext,
  creds: Pick<AuthenticationCreds, 'me' | 'account'>,
): Promise<void> {
  const jid = parseJid(creds.me?.id);
  if (!jid) throw new Error('The credentials do not contain the account');
  await stores.sessions.release(tx, lease.session, jid);
  const id = await stores.accounts.add(tx, {
    jid,
    lid: parseLid(creds.me?.lid),
    identityKey: accountKeyOf(creds),
  });
  await stores.sessions.link(tx, lease.session, { id, jid });
  await stores.appState.restart(tx, id);
}

/** The stored credentials of a session's device, and the account that it is linked to. */
export class DeviceLink {
  constructor(private readonly context: LinkContext) {}

  loadCredentials(): Promise<AuthenticationCreds> {
    const { lease, stores } = this.context;
    return lease.read(() => loadCredentials(stores.authState, lease.session));
  }

  async isLinked(): Promise<boolean> {
    return isLinked(await this.loadCredentials());
  }

  findAccount(): Promise<SessionAccount | null> {
    const { lease, stores } = this.context;
    return lease.read(() => stores.sessions.findAccount(lease.session));
  }

  /**
   * Links the session to the account of a device that was confirmed while the account was linked through another
   * session.
   *
   * @returns a failure if the account is still linked through the other session
   */
  async adopt(creds: AuthenticationCreds): Promise<LinkFailure | null> {
    const { lease, stores } = this.context;
    const jid = parseJid(creds.me?.id);
    const other = jid && (await lease.read(() => stores.sessions.findLinked(jid)));
    if (jid && other && other !== lease.session) return linkFailures.linkedElsewhere(phoneOf(jid), other);
    await lease.transaction((tx) => linkAccount(tx, this.context, creds));
    return null;
  }

  /**
   * Deletes the device's credentials and state. The contacts remain.
   * @param code why the account is unlinked
   */
  async forget(code: ReasonCode): Promise<void> {
    const { lease, stores } = this.context;
    await lease.transaction(async (tx) => {
      await stores.authState.clear(tx, lease.session);
      await stores.sessions.unlink(tx, lease.session, code);
      await stores.degradations.clear(tx, lease.session);
      await stores.keyRequests.clear(tx, lease.session);
    });
  }
}
