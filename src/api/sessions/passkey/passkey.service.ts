import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Access } from '../../../access/access.js';
import type { SessionName } from '../../../kernel/identifiers/session-name.js';
import type { PasskeyOffer } from '../../../sessions/link-offer.js';
import { SessionStateRepository } from '../../../sessions/session-state.repository.js';
import { SessionNotFound } from '../../../sessions/sessions.errors.js';
import { CommandSender } from '../command-sender.js';
import { UNATTENDED } from '../session-status.js';
import { NoPasskey, WrongToken } from './passkey.errors.js';
import { checkAssertion } from './passkey-assertion.js';

/** The passkey request that a caller responds to. */
interface Ceremony {
  session: SessionName;
  token: string;
  /** Null for callers without a key. */
  access: Access | null;
}

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

  /**
   * Sends an assertion to WhatsApp.
   * @throws InvalidAssertion; CommandRefused with WhatsApp's reason; see getByToken()
   */
  async submit({ session, token, access }: Ceremony, input: unknown): Promise<void> {
    const { options } = await this.getByToken({ session, token, access });
    const assertion = checkAssertion(input, options);
    await this.commands.send(session, 'passkey-assertion', JSON.stringify({ token, assertion }));
  }

  /**
   * Completes the link after a user has compared the codes.
   * @throws CommandRefused in another step; see getByToken()
   */
  async confirm({ session, token, access }: Ceremony): Promise<void> {
    await this.getByToken({ session, token, access });
    await this.commands.send(session, 'passkey-confirm', token);
  }

  async cancel(session: SessionName): Promise<void> {
    await this.get(session);
    await this.commands.send(session, 'passkey-cancel', null);
  }

  /** @throws SessionNotFound, NoPasskey and WrongToken; only WrongToken for callers who have nothing but a token */
  private async getByToken({ session, token, access }: Ceremony): Promise<PasskeyOffer> {
    const offer = await this.get(session).catch((error: unknown) => {
      const isTelling = error instanceof SessionNotFound || error instanceof NoPasskey;
      throw !access && isTelling ? new WrongToken() : error;
    });
    if (!isSameToken(token, offer.token)) throw new WrongToken();
    return offer;
  }
}

/** Compares in constant time. */
export function isSameToken(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
