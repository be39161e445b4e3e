import { Injectable } from '@nestjs/common';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import type { ExpiringText } from '../../sessions/link-offer.js';
import { SessionStateRepository } from '../../sessions/session-state.repository.js';
import type { UnlinkResult } from '../../sessions/unlink-result.js';
import { CommandSender } from './command-sender.js';
import type { PairingCodeDto } from './link.dto.js';
import { PairingLimit } from './pairing-limit.js';
import { isLinkedStatus, UNATTENDED } from './session-status.js';
import { NoPairingCode, NoQr } from './sessions-api.errors.js';

export const UNLINKED = 'The account is unlinked.';
/** Follows UNLINKED if the phone still lists the device. */
export const REMOVE_DEVICE = 'WhatsApp could not be notified: remove the device on the phone as well.';

/** Links and unlinks accounts. */
@Injectable()
export class LinkService {
  constructor(
    private readonly state: SessionStateRepository,
    private readonly commands: CommandSender,
    private readonly pairingLimit: PairingLimit,
  ) {}

  /** Returns the text of the current QR code. @throws SessionNotFound, NoQr */
  async getQr(session: SessionName): Promise<string> {
    const { status, linkOffer, isAttended } = await this.state.get(session);
    if (!isAttended) throw new NoQr(UNATTENDED);
    if (linkOffer?.qr) return linkOffer.qr.text;
    if (linkOffer?.passkey) throw new NoQr('WhatsApp requests a passkey: see /session/passkey.');
    throw new NoQr(
      isLinkedStatus(status)
        ? 'An account is already linked.'
        : 'WhatsApp has not sent one yet. Try again in a few seconds.',
    );
  }

  /** Returns the current pairing code. @throws SessionNotFound, NoPairingCode */
  async getPairingCode(session: SessionName): Promise<PairingCodeDto> {
    const { linkOffer, isAttended } = await this.state.get(session);
    if (!isAttended || !linkOffer?.pairingCode) throw new NoPairingCode();
    return toPairingCodeDto(linkOffer.pairingCode);
  }

  /** Requests a pairing code, which replaces the previous one. Returns when WhatsApp has accepted it. */
  async requestPairingCode(session: SessionName, phone: string): Promise<PairingCodeDto> {
    await this.pairingLimit.count(session);
    const code = await this.commands.send(session, 'pairing-code', phone);
    return toPairingCodeDto(JSON.parse(code ?? '') as ExpiringText);
  }

  /** Unlinks the account. @throws SessionNotFound, SessionNotAnswering; CommandRefused if no account is linked */
  async unlink(session: SessionName): Promise<UnlinkResult> {
    const result = await this.commands.send(session, 'unlink', null);
    // Session processes of earlier versions return a sentence. The advice to check the phone is then harmless.
    return result === 'notified' ? 'notified' : 'not_notified';
  }
}

function toPairingCodeDto({ text, expiresAt }: ExpiringText): PairingCodeDto {
  return { code: text, expires_at: expiresAt };
}
