import { Injectable } from '@nestjs/common';
import DataLoader from 'dataloader';
import type { Access } from '../../access/access.js';
import { phoneOf } from '../../kernel/identifiers/address.js';
import { withPathPrefix } from '../http/paths-in-text.js';
import type { ExpiringText } from '../../sessions/link-offer.js';
import { Config } from '../../kernel/config/config.js';
import { formatVersion } from '../../sessions/client-version.js';
import type { ReasonCode } from '../../sessions/reason-code.js';
import { pathPrefixOf, type SessionName } from '../../kernel/identifiers/session-name.js';
import {
  type SessionReport,
  type SessionSnapshot,
  SessionStateRepository,
} from '../../sessions/session-state.repository.js';
import { DegradationsRepository } from '../../sessions/degradations.repository.js';
import type { SessionStatus } from '../../sessions/session.entity.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';
import { ContactCounts } from './contact-counts.js';
import { CommandSender } from './command-sender.js';
import { PairingLimit } from './pairing-limit.js';
import type { ClientVersionDto, PairingCodeDto, SessionDto } from './session-status.dto.js';
import { NoPairingCode, NoQr } from './sessions-api.errors.js';

const LINKED = new Set<SessionStatus>(['connecting', 'open', 'disconnected']);

/** A process that runs sessions itself holds those that are free by then. */
const STARTS_WITHIN_SECONDS = 10;

const UNATTENDED = 'No process runs the WhatsApp session at the moment.';

/** What the API says and asks of a WhatsApp session; the two meet in the database alone. */
@Injectable()
export class SessionStatusService {
  private readonly descriptions = new DataLoader<SessionName, SessionDto>(
    (names) => this.describeEach(names),
    {
      cache: false,
      // After everything that has been read from the sockets in this turn of the event loop.
      batchScheduleFn: setImmediate,
    },
  );

  constructor(
    private readonly config: Config,
    private readonly state: SessionStateRepository,
    private readonly sessions: SessionsRepository,
    private readonly degradations: DegradationsRepository,
    private readonly counts: ContactCounts,
    private readonly commands: CommandSender,
    private readonly pairingLimit: PairingLimit,
  ) {}

  /**
   * Who asks at the same moment is told together.
   * @throws SessionNotFound
   */
  describe(session: SessionName): Promise<SessionDto> {
    return this.descriptions.load(session);
  }

  private async describeEach(names: readonly SessionName[]): Promise<(SessionDto | Error)[]> {
    const once = new Map(
      [...new Set(names)].map((name) => [name, this.read(name).catch((error: Error) => error)]),
    );
    return Promise.all(names.map((name) => once.get(name) as Promise<SessionDto | Error>));
  }

  private async read(session: SessionName): Promise<SessionDto> {
    const [written, account, degraded] = await Promise.all([
      this.state.get(session),
      this.sessions.getAccount(session),
      this.degradations.find(session),
    ]);
    const state = toStatus(written, this.config);
    const counts = account && (await this.counts.of(account));
    const linked = LINKED.has(state.status) ? account : null;
    return {
      status: state.status,
      reason_code: state.reasonCode,
      reason: state.reason,
      advice: state.advice,
      degraded: degraded.map((each) => ({ ...each, since: each.since.toISOString() })),
      since: state.since.toISOString(),
      retry_at: state.retryAt?.toISOString() ?? null,
      ...describeOffer(state),
      phone: linked && phoneOf(linked.jid),
      jid: linked?.jid ?? null,
      push_name: linked?.pushName ?? null,
      contacts: {
        count: counts?.contacts ?? 0,
        sync: account?.syncedAt ? 'complete' : 'partial',
        checked_at: account?.reconciledAt?.toISOString() ?? null,
        repaired: account?.repaired ?? 0,
      },
      profiles: {
        ...(counts?.profiles ?? { people: 0, fetched: 0, due: 0 }),
        paused: state.status === 'open' ? state.profilesPause.reason : 'The session is not open.',
      },
      client: describeClient(state),
    };
  }

  /** @throws NoQr when there is nothing to scan */
  async getQr(session: SessionName): Promise<string> {
    const { status, linkOffer, isAttended } = await this.state.get(session);
    if (!isAttended) throw new NoQr(UNATTENDED);
    if (linkOffer?.qr) return linkOffer.qr.text;
    if (linkOffer?.passkey) throw new NoQr('WhatsApp asks for a passkey now; GET /session/passkey says how.');
    throw new NoQr(
      LINKED.has(status) ? 'an account is linked.' : 'WhatsApp has not sent one yet. Try again shortly.',
    );
  }

  /** @throws NoPairingCode when nobody has asked for one, or it has expired or been entered */
  async getPairingCode(session: SessionName): Promise<PairingCodeDto> {
    const { linkOffer, isAttended } = await this.state.get(session);
    if (!isAttended || !linkOffer?.pairingCode) throw new NoPairingCode();
    return toPairingCodeDto(linkOffer.pairingCode);
  }

  /** @returns a code that WhatsApp has accepted, in the place of any before */
  async requestPairingCode(session: SessionName, phone: string): Promise<PairingCodeDto> {
    await this.pairingLimit.count(session);
    const code = await this.commands.send(session, 'pairing-code', phone);
    return toPairingCodeDto(JSON.parse(code ?? '') as ExpiringText);
  }

  /** @returns a sentence that says what was done */
  async unlink(session: SessionName): Promise<string> {
    return (await this.commands.send(session, 'unlink', null)) ?? 'The account is unlinked.';
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

function toPairingCodeDto({ text, expiresAt }: ExpiringText): PairingCodeDto {
  return { code: text, expires_at: expiresAt };
}

/** What a person can link with. The pairing code itself, and what the passkey needs, have routes of their own. */
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

/** What can be linked with is not for keys that may only look. */
export function shownTo<T extends SessionDto>(access: Access, session: T): T {
  if (access.has('session:link')) return session;
  return { ...session, ...describeOffer({ linkOffer: null }) };
}

export function isLinkedStatus(status: SessionStatus): boolean {
  return LINKED.has(status);
}

type Status = Pick<
  SessionSnapshot,
  'name' | 'status' | 'reasonCode' | 'reason' | 'advice' | 'retryAt' | 'syncProblem' | 'isAttended'
>;

/**
 * What callers are told of a session's state. What a process wrote that is gone holds no longer; the next one takes over
 * within seconds, if there is one.
 */
export function toStatus<T extends Status>(written: T, { ROLE }: Pick<Config, 'ROLE'>): T {
  if (!written.isAttended) {
    const status = LINKED.has(written.status) ? 'disconnected' : 'linking';
    if (ROLE === 'all' && process.uptime() < STARTS_WITHIN_SECONDS)
      return {
        ...written,
        status,
        reasonCode: 'starting',
        reason: 'The session is starting.',
        advice: null,
        retryAt: null,
        linkOffer: null,
      };
    const advice =
      'If this lasts for more than 20 seconds, start a process with ROLE=session or ROLE=all, or let each hold more ' +
      'sessions (SESSIONS_PER_PROCESS).';
    return {
      ...written,
      status,
      reasonCode: 'no_process',
      reason: UNATTENDED,
      advice,
      retryAt: null,
      linkOffer: null,
    };
  }
  const prefix = pathPrefixOf(written.name);
  const tell = (text: string | null) => text && withPathPrefix(text, prefix);
  const { reason, syncProblem, advice } = written;
  return {
    ...written,
    reasonCode: codeOf(written),
    reason: tell(reason ?? syncProblem),
    advice: tell(advice),
  };
}

/** A process of a former version writes reasons without their codes, and leaves the last one where it was. */
function codeOf({ reason, reasonCode, syncProblem }: Status): ReasonCode | null {
  if (reason !== null) return reasonCode;
  return syncProblem === null ? null : 'sync_problem';
}
