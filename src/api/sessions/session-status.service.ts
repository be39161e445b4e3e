import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import type { Access } from '../../access/access.js';
import { Config } from '../../kernel/config/config.js';
import { phoneOf } from '../../kernel/identifiers/address.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { formatVersion } from '../../sessions/client-version.js';
import { DegradationsRepository } from '../../sessions/degradations.repository.js';
import { SessionProxiesRepository } from '../../sessions/session-proxies.repository.js';
import {
  type SessionReport,
  type SessionSnapshot,
  SessionStateRepository,
} from '../../sessions/session-state.repository.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';
import { ContactCounts } from './contact-counts.js';
import type { ClientVersionDto, SessionDto } from './session-status.dto.js';
import { isLinkedStatus, toStatus } from './session-status.js';

/** Reads the status of sessions. */
@Injectable()
export class SessionStatusService {
  private readonly statuses = new DataLoader<SessionName, SessionDto>(
    (names) => {
      // Requests that arrive while this batch is read get the next one, because it may miss their own changes.
      this.statuses.clearAll();
      return Promise.all(names.map((name) => this.read(name).catch((error: Error) => error)));
    },
    // setImmediate runs after all requests that have arrived in this turn of the event loop.
    { batchScheduleFn: setImmediate },
  );

  constructor(
    private readonly config: Config,
    private readonly state: SessionStateRepository,
    private readonly sessions: SessionsRepository,
    private readonly degradations: DegradationsRepository,
    private readonly counts: ContactCounts,
    private readonly proxies: SessionProxiesRepository,
  ) {}

  /**
   * Returns the status of a session. Simultaneous requests share one read.
   *
   * @throws SessionNotFound
   */
  describe(session: SessionName): Promise<SessionDto> {
    return this.statuses.load(session);
  }

  private async read(session: SessionName): Promise<SessionDto> {
    const [stored, account, degraded, proxy] = await Promise.all([
      this.state.get(session),
      this.sessions.findAccount(session),
      this.degradations.find(session),
      this.proxies.findAddress(session),
    ]);
    const state = toStatus(stored, this.config);
    const counts = account && (await this.counts.of(account));
    const linked = isLinkedStatus(state.status) ? account : null;
    return {
      display_name: state.displayName,
      status: state.status,
      reason_code: state.reasonCode,
      reason: state.reason,
      advice: state.advice,
      degraded: degraded.map((each) => ({ ...each, since: each.since.toISOString() })),
      since: state.since.toISOString(),
      offline_since: state.offlineSince?.toISOString() ?? null,
      retry_at: state.retryAt?.toISOString() ?? null,
      ...describeOffer(state),
      phone: linked && phoneOf(linked.jid),
      jid: linked?.jid ?? null,
      push_name: linked?.pushName ?? null,
      last_account: account && { phone: phoneOf(account.jid), push_name: account.pushName },
      contacts: {
        count: counts?.contacts ?? 0,
        // Profiles are fetched of all contacts that are listed.
        total: counts?.profiles.people ?? 0,
        sync: account?.syncedAt ? 'complete' : 'partial',
        checked_at: account?.reconciledAt?.toISOString() ?? null,
        repaired: account?.repaired ?? 0,
      },
      profiles: {
        ...(counts?.profiles ?? { people: 0, fetched: 0, due: 0 }),
        paused: state.status === 'open' ? state.profilesPause.reason : 'The session is not open.',
      },
      client: describeClient(state),
      proxy,
    };
  }
}

function describeClient({ clientVersion, client }: SessionSnapshot): ClientVersionDto {
  const { newest, currentAt, expiresAt } = client;
  return {
    version: clientVersion && formatVersion(clientVersion),
    newest: newest && formatVersion(newest),
    current_at: currentAt?.toISOString() ?? null,
    expires_at: expiresAt?.toISOString() ?? null,
  };
}

/** Returns the ways to link that are available now, without the pairing code and the passkey request. */
function describeOffer({
  linkOffer,
}: Pick<SessionReport, 'linkOffer'>): Pick<SessionDto, 'qr' | 'qr_expires_at' | 'pairing_code' | 'passkey'> {
  const { qr, pairingCode, passkey } = linkOffer ?? { qr: null, pairingCode: null, passkey: null };
  return {
    qr: qr?.text ?? null,
    qr_expires_at: qr?.expiresAt ?? null,
    pairing_code: pairingCode && { expires_at: pairingCode.expiresAt },
    passkey: passkey && { step: passkey.step, code: passkey.code, expires_at: passkey.expiresAt },
  };
}

/** Removes the QR code and other ways to link if the caller has no scope `session:link`. */
export function shownTo<T extends SessionDto>(access: Access, session: T): T {
  if (access.has('session:link')) return session;
  return { ...session, ...describeOffer({ linkOffer: null }) };
}
