import { Injectable } from '@nestjs/common';
import { AccountsRepository, type ServedAccount } from '../../accounts/accounts.repository.js';
import type { ExpiringText } from '../link-offer.js';
import type { SessionStatus } from '../session.entity.js';
import { type SessionSnapshot, SessionStateRepository } from '../sessions.repository.js';
import { ContactsRepository } from '../../contacts/read/contacts.repository.js';
import { ProfileFetchesRepository } from '../../contacts/fetches/profile-fetches.repository.js';
import { CommandSender } from './command-sender.js';
import type { PairingCodeDto, ProfilesDto, SessionDto } from './session.dto.js';
import { NoPairingCode, NoQr } from './session.errors.js';

const LINKED = new Set<SessionStatus>(['connecting', 'open', 'disconnected']);

const UNATTENDED = 'No process runs the WhatsApp session at the moment.';

/** What the API says and asks of the WhatsApp session; the two meet in the database alone. */
@Injectable()
export class SessionService {
  constructor(
    private readonly state: SessionStateRepository,
    private readonly accounts: AccountsRepository,
    private readonly contacts: ContactsRepository,
    private readonly commands: CommandSender,
    private readonly downloads: ProfileFetchesRepository,
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
      ...describeOffer(state),
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
    const { status, linkOffer, isAttended } = await this.state.get();
    if (!isAttended) throw new NoQr(UNATTENDED);
    if (linkOffer?.qr) return linkOffer.qr.text;
    if (linkOffer?.passkey) throw new NoQr('WhatsApp asks for a passkey now; GET /session/passkey says how.');
    throw new NoQr(
      LINKED.has(status) ? 'an account is linked.' : 'WhatsApp has not sent one yet. Try again shortly.',
    );
  }

  /** @throws NoPairingCode when nobody has asked for one, or it has expired or been entered */
  async getPairingCode(): Promise<PairingCodeDto> {
    const { linkOffer, isAttended } = await this.state.get();
    if (!isAttended || !linkOffer?.pairingCode) throw new NoPairingCode();
    return toPairingCodeDto(linkOffer.pairingCode);
  }

  /** @returns a code that WhatsApp has accepted, in the place of any before */
  async requestPairingCode(phone: string): Promise<PairingCodeDto> {
    const code = await this.commands.send('pairing-code', phone);
    return toPairingCodeDto(JSON.parse(code ?? '') as ExpiringText);
  }

  /** @returns a sentence that says what was done */
  async unlink(): Promise<string> {
    return (await this.commands.send('unlink', null)) ?? 'The account is unlinked.';
  }
}

function toPairingCodeDto({ text, expiresAt }: ExpiringText): PairingCodeDto {
  return { code: text, expires_at: expiresAt };
}

/** What a person can link with. The pairing code itself, and what the passkey needs, have routes of their own. */
function describeOffer({
  linkOffer,
}: SessionSnapshot): Pick<SessionDto, 'qr' | 'qr_expires_at' | 'pairing_code' | 'passkey'> {
  const { qr, pairingCode, passkey } = linkOffer ?? { qr: null, pairingCode: null, passkey: null };
  return {
    qr: qr?.text ?? null,
    qr_expires_at: qr?.expiresAt ?? null,
    pairing_code: pairingCode && { expires_at: pairingCode.expiresAt },
    passkey: passkey && { step: passkey.step, code: passkey.code, expires_at: passkey.expiresAt },
  };
}

function phoneOf({ jid }: ServedAccount): string {
  return jid.slice(0, jid.indexOf('@'));
}

/** What a session role wrote that is gone holds no longer; the next one takes over within seconds, if there is one. */
function unattended(written: SessionSnapshot): SessionSnapshot {
  const status = LINKED.has(written.status) ? 'disconnected' : 'linking';
  const advice = 'If this lasts for more than 20 seconds, start a process with ROLE=session or ROLE=all.';
  return { ...written, status, reason: UNATTENDED, advice, retryAt: null, linkOffer: null };
}
