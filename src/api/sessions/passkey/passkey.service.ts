import { Injectable } from '@nestjs/common';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { PasskeyOffer } from '../../../sessions/link-offer.js';
import { SessionStateRepository } from '../../../sessions/session-state.repository.js';
import type { SessionName } from '../../../kernel/identifiers/session-name.js';
import { CommandSender } from '../command-sender.js';
import { checkAssertion } from './passkey-assertion.js';
import { NoPasskey, WrongToken } from './passkey.errors.js';

/** What the API says and takes of a passkey ceremony; the ceremony itself runs in the session role. */
@Injectable()
export class PasskeyService {
  constructor(
    private readonly state: SessionStateRepository,
    private readonly commands: CommandSender,
  ) {}

  /** @throws NoPasskey when WhatsApp has not asked for one */
  async get(session: SessionName): Promise<PasskeyOffer> {
    const { status, linkOffer, isAttended } = await this.state.get(session);
    if (!isAttended) throw new NoPasskey('no process runs the WhatsApp session at the moment.');
    if (linkOffer?.passkey) return linkOffer.passkey;
    throw new NoPasskey(
      status === 'linking'
        ? 'scan the QR code at /session/qr or enter a pairing code; WhatsApp asks for it after that, if it does.'
        : 'nobody is linking an account; /session says how it is.',
    );
  }

  /** Hands the assertion to WhatsApp. @throws InvalidAssertion, WrongToken, or CommandRefused with WhatsApp's reason */
  async submit(session: SessionName, token: string, given: unknown): Promise<void> {
    const { options } = await this.getBy(session, token);
    const assertion = checkAssertion(given, options);
    await this.commands.send(session, 'passkey-assertion', JSON.stringify({ token, assertion }));
  }

  /** Somebody has compared the codes. @throws WrongToken, or CommandRefused when there is nothing to confirm */
  async confirm(session: SessionName, token: string): Promise<void> {
    await this.getBy(session, token);
    await this.commands.send(session, 'passkey-confirm', token);
  }

  async cancel(session: SessionName): Promise<void> {
    await this.get(session);
    await this.commands.send(session, 'passkey-cancel', null);
  }

  private async getBy(session: SessionName, token: string): Promise<PasskeyOffer> {
    const offer = await this.get(session);
    if (!isSame(token, offer.token)) throw new WrongToken();
    return offer;
  }
}

/** Takes the same time whatever is different. */
export function isSame(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
