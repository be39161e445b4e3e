import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { SessionName } from '../../../kernel/identifiers/session-name.js';
import type { PasskeyOffer } from '../../../sessions/link-offer.js';
import { SessionStateRepository } from '../../../sessions/session-state.repository.js';
import { CommandSender } from '../command-sender.js';
import { UNATTENDED } from '../session-status.js';
import { NoPasskey, WrongToken } from './passkey.errors.js';
import { checkAssertion } from './passkey-assertion.js';

/** Passes a passkey request to callers, and their responses to the process that runs the session. */
@Injectable()
export class PasskeyService {
  constructor(
    private readonly state: SessionStateRepository,
    private readonly commands: CommandSender,
  ) {}

  /** Returns the current passkey request. @throws SessionNotFound, NoPasskey */
  async get(session: SessionName): Promise<PasskeyOffer> {
    const { status, linkOffer, isAttended } = await this.state.get(session);
    if (!isAttended) throw new NoPasskey(UNATTENDED);
    if (linkOffer?.passkey) return linkOffer.passkey;
    if (status !== 'linking') throw new NoPasskey();
    throw new NoPasskey(
      'Scan the QR code at /session/qr or enter a pairing code first. Only some accounts need a passkey.',
    );
  }

  /** Sends an assertion to WhatsApp. @throws InvalidAssertion, WrongToken; CommandRefused with WhatsApp's reason */
  async submit(session: SessionName, token: string, input: unknown): Promise<void> {
    const { options } = await this.getByToken(session, token);
    const assertion = checkAssertion(input, options);
    await this.commands.send(session, 'passkey-assertion', JSON.stringify({ token, assertion }));
  }

  /** Completes the link after a user has compared the codes. @throws WrongToken; CommandRefused in another step */
  async confirm(session: SessionName, token: string): Promise<void> {
    await this.getByToken(session, token);
    await this.commands.send(session, 'passkey-confirm', token);
  }

  async cancel(session: SessionName): Promise<void> {
    await this.get(session);
    await this.commands.send(session, 'passkey-cancel', null);
  }

  private async getByToken(session: SessionName, token: string): Promise<PasskeyOffer> {
    const offer = await this.get(session);
    if (!isSameToken(token, offer.token)) throw new WrongToken();
    return offer;
  }
}

/** Compares in constant time. */
export function isSameToken(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
