import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccountsRepository, type ServedAccount } from '../accounts/accounts.repository.js';
import type { SessionCommandKind } from '../accounts/session-command.entity.js';
import { SessionCommandsRepository } from '../accounts/session-commands.repository.js';
import type { SessionStatus } from '../accounts/session-state.entity.js';
import { type SessionSnapshot, SessionStateRepository } from '../accounts/session-state.repository.js';
import { ContactsRepository } from '../contacts/api/contacts.repository.js';
import { ProfileDownloadsRepository } from '../contacts/downloads/profile-downloads.repository.js';
import type { ProfilesDto, SessionDto } from './session.dto.js';
import { CommandRefused, NoQr, SessionNotAnswering } from './session.errors.js';

const COMMAND_TIMEOUT_MS = 20_000;
const POLL_EVERY_MS = 100;

const LINKED = new Set<SessionStatus>(['connecting', 'open', 'disconnected']);

const UNATTENDED = 'No process runs the WhatsApp session at the moment.';

/** What the API says and asks of the WhatsApp session; the two meet in the database alone. */
@Injectable()
export class SessionService {
  constructor(
    private readonly state: SessionStateRepository,
    private readonly accounts: AccountsRepository,
    private readonly contacts: ContactsRepository,
    private readonly commands: SessionCommandsRepository,
    private readonly downloads: ProfileDownloadsRepository,
  ) {}

  async describe(): Promise<SessionDto> {
    const [written, account] = await Promise.all([this.state.get(), this.accounts.findServed()]);
    const state = written.isAttended ? written : unattended(written);
    const linked = LINKED.has(state.status) ? account : null;
    return {
      status: state.status,
      reason: state.reason ?? state.syncProblem,
      advice: state.advice,
      since: state.since.toISOString(),
      retry_at: state.retryAt?.toISOString() ?? null,
      qr: state.qr,
      phone: linked ? phoneOf(linked) : null,
      jid: linked?.jid ?? null,
      push_name: linked?.pushName ?? null,
      contacts: {
        count: account ? await this.contacts.count(account.id) : 0,
        sync: account?.syncedAt ? 'complete' : 'partial',
        checked_at: account?.checkedAt?.toISOString() ?? null,
        repaired: account?.repaired ?? 0,
      },
      profiles: await this.describeProfiles(account, state),
    };
  }

  private async describeProfiles(
    account: ServedAccount | null,
    state: SessionSnapshot,
  ): Promise<ProfilesDto> {
    const progress = account ? await this.downloads.progress(account.id) : { people: 0, fetched: 0, due: 0 };
    const paused = state.status === 'open' ? state.profilesPause.reason : 'The session is not open.';
    return { ...progress, paused };
  }

  /** @throws NoQr when there is nothing to scan */
  async getQr(): Promise<string> {
    const { status, qr, isAttended } = await this.state.get();
    if (!isAttended) throw new NoQr(UNATTENDED);
    if (qr) return qr;
    throw new NoQr(
      LINKED.has(status) ? 'an account is linked.' : 'WhatsApp has not sent one yet. Try again shortly.',
    );
  }

  /** @returns the 8 characters to enter on the phone */
  async requestPairingCode(phone: string): Promise<string> {
    const code = await this.command('pairing-code', phone);
    return code ?? '';
  }

  /** @returns a sentence that says what was done */
  async unlink(): Promise<string> {
    return (await this.command('unlink', null)) ?? 'The account is unlinked.';
  }

  /** @throws CommandRefused with the session's reason; SessionNotAnswering when no session took the command */
  private async command(kind: SessionCommandKind, argument: string | null): Promise<string | null> {
    const id = await this.commands.add(kind, argument, COMMAND_TIMEOUT_MS);
    const giveUpAt = Date.now() + COMMAND_TIMEOUT_MS;
    while (Date.now() < giveUpAt) {
      const outcome = await this.commands.findOutcome(id);
      if (outcome?.error) throw new CommandRefused(outcome.error);
      if (outcome?.doneAt) return outcome.result;
      await sleep(POLL_EVERY_MS);
    }
    throw new SessionNotAnswering();
  }
}

function phoneOf({ jid }: ServedAccount): string {
  return jid.slice(0, jid.indexOf('@'));
}

/** What a session role wrote that is gone holds no longer; the next one takes over within seconds, if there is one. */
function unattended(written: SessionSnapshot): SessionSnapshot {
  const status = LINKED.has(written.status) ? 'disconnected' : 'linking';
  const advice = 'If this lasts for more than 20 seconds, start a process with ROLE=session or ROLE=all.';
  return { ...written, status, reason: UNATTENDED, advice, retryAt: null, qr: null };
}
