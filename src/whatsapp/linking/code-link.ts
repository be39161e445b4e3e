import type { BinaryNode } from '@whiskeysockets/baileys';
import { Log } from '../../kernel/logging/log.js';
import type { ExpiringText } from '../../sessions/link-offer.js';
import { iqErrorCode } from '../wire/iq-error.js';
import type { LinkSteps } from './link-context.js';
import { linkFailures } from './link-failure.js';
import { codeRefusal, reasonOf } from './link-refusals.js';
import { codeRefreshOf, PairingCode, type PrimaryHello, primaryHelloOf } from './pairing-code.js';

/** From the entry of the code on the phone to the confirmation of the link. */
const COMPLETE_WITHIN_MS = 60_000;

/** Links a device by pairing code: requests the code, and handles WhatsApp's notifications about it. */
export class CodeLink {
  private readonly log = new Log(CodeLink.name);
  private code: PairingCode | null = null;
  /** Ends when the code expires, or, after it was entered, when the link must be complete. */
  private limit: NodeJS.Timeout | undefined;

  /** @param gone called when the code has expired or was refused before it was used */
  constructor(
    private readonly steps: LinkSteps,
    private readonly gone: () => void,
  ) {}

  /** The code to enter on the phone; null if there is none, or it has been entered. */
  get offer(): ExpiringText | null {
    return this.code && !this.code.isEntered ? expiring(this.code) : null;
  }

  get isUnderWay(): boolean {
    return this.code !== null;
  }

  /** Whether the phone signs with the secret that was agreed on through the code. */
  get hasSecret(): boolean {
    return this.code?.isEntered ?? false;
  }

  /**
   * Requests a code from WhatsApp, which replaces the previous one.
   *
   * @param phone digits of the account's number
   * @returns a code that WhatsApp has accepted
   * @throws CommandRefused with WhatsApp's reason
   */
  async request(phone: string): Promise<ExpiringText> {
    const { creds, identity, query } = this.steps.context;
    const code = new PairingCode(phone);
    try {
      code.accepted(await query(await code.request(creds, identity)));
    } catch (error) {
      throw codeRefusal(error, identity.displayName);
    }
    this.show(code);
    return expiring(code);
  }

  /** Handles a notification of the type `link_code_companion_reg`. */
  async handle(notification: BinaryNode): Promise<void> {
    const { code } = this;
    if (!code?.isNamedBy(notification)) return this.steps.acknowledge(notification);
    const refresh = codeRefreshOf(notification);
    const hello = refresh ? null : primaryHelloOf(notification);
    if (hello) return this.agree(notification, code, hello);
    await this.steps.acknowledge(notification);
    if (refresh) await this.renew(code, refresh.byHand);
  }

  clear(): void {
    this.show(null);
  }

  /** Ends the timer, without notifying the attempt. */
  close(): void {
    clearTimeout(this.limit);
  }

  private async agree(notification: BinaryNode, code: PairingCode, hello: PrimaryHello): Promise<void> {
    const { context } = this.steps;
    const agreed = await code.agree(hello, context.creds);
    if (!agreed) {
      this.log.warn({}, 'Further hello from phone ignored');
      return this.steps.acknowledge(notification);
    }
    const { advSecret, request } = agreed;
    code.isEntered = true;
    await this.steps.replaceSecret(advSecret);
    await this.steps.acknowledge(notification);
    clearTimeout(this.limit);
    this.limit = setTimeout(() => this.steps.end(linkFailures.codeNotCompleted()), COMPLETE_WITHIN_MS);
    this.steps.publish();
    // The phone's confirmation may arrive before the response; without one, the limit applies.
    context.query({ ...request, attrs: { ...request.attrs } }).catch((error: unknown) => {
      if (iqErrorCode(error) !== null) this.steps.end(linkFailures.codeRefused(reasonOf(error)));
    });
  }

  /** Replaces a code that WhatsApp has invalidated, unless the user has to request the next one. */
  private async renew({ phone }: PairingCode, byHand: boolean): Promise<void> {
    this.clear();
    if (byHand) return this.gone();
    await this.request(phone).catch((err: unknown) => {
      this.log.warn({ err }, 'Renewing pairing code failed');
      this.gone();
    });
  }

  private show(code: PairingCode | null): void {
    clearTimeout(this.limit);
    this.code = code;
    if (code) {
      const expire = () => {
        this.show(null);
        this.gone();
      };
      this.limit = setTimeout(expire, code.expiresAt.getTime() - Date.now());
    }
    this.steps.publish();
  }
}

function expiring({ text, expiresAt }: PairingCode): ExpiringText {
  return { text, expiresAt: expiresAt.toISOString() };
}
