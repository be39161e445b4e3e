import { Logger } from '@nestjs/common';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { randomBytes } from 'node:crypto';
import { CommandRefused } from '../../sessions/command-refused.js';
import type { LinkOffer, PasskeyAssertion, PasskeyStep } from '../../sessions/link-offer.js';
import type { LinkSteps } from './link-context.js';
import { linkFailures } from './link-failure.js';
import { reasonOf } from './link-refusals.js';
import { iqErrorCode } from '../wire/iq-error.js';
import { mdQuery } from './link-stanzas.js';
import {
  Handoff,
  PasskeyCeremony,
  type PasskeyRequest,
  passkeyRequestOf,
  primaryIdentityOf,
} from './passkey-ceremony.js';

const SECRET_BYTES = 32;
/** From the assertion to the phone's answer; some ceremonies never get one (evolution-go #107). */
const CONTINUE_WITHIN_MS = 60_000;
/** Assertions that WhatsApp refuses before the attempt is taken for one that cannot succeed. */
const MAX_REFUSALS = 5;
const COMPARE_WITHIN_MS = 300_000;
/** From the confirmation of the passkey to that of the link. */
const COMPLETE_WITHIN_MS = 60_000;

/** Linking with the account's passkey: which ceremony is under way, and who has to do what by when. */
export class PasskeyLink {
  private readonly logger = new Logger(PasskeyLink.name);
  private ceremony: PasskeyCeremony | null = null;
  private expiresAt = new Date();
  private refusals = 0;

  constructor(private readonly steps: LinkSteps) {}

  get isUnderWay(): boolean {
    return this.ceremony !== null;
  }

  get offer(): LinkOffer['passkey'] {
    if (!this.ceremony) return null;
    const { step, code, token, request } = this.ceremony;
    return { step, code, token, options: request.options, expiresAt: this.expiresAt.toISOString() };
  }

  /** Takes a notification of the type `passkey_prologue_request`: it begins a ceremony in the place of any before. */
  async begin(notification: BinaryNode): Promise<void> {
    const { creds, identity, query } = this.steps.context;
    const request = passkeyRequestOf(notification) ?? (await this.fetchRequest());
    if (!request) {
      await this.steps.acknowledge(notification);
      return this.steps.end(linkFailures.passkeyFailed('WhatsApp did not say what it asks for'));
    }
    // When WhatsApp asks once more, the phone still knows the secret of before the first time.
    const handoff = this.ceremony?.handoff ?? new Handoff(Buffer.from(creds.advSecretKey, 'base64'));
    const ceremony = new PasskeyCeremony(request, handoff, identity, query);
    await this.steps.replaceSecret(randomBytes(SECRET_BYTES));
    this.ceremony = ceremony;
    await this.steps.acknowledge(notification);
    this.within(request.timeoutMs, linkFailures.noAssertion);
  }

  /** Takes a notification of the type `crsc_continuation`: the phone has answered. */
  async continue(notification: BinaryNode): Promise<void> {
    await this.steps.acknowledge(notification);
    const { ceremony } = this;
    if (ceremony?.step !== 'waiting') return;
    try {
      await ceremony.answered(primaryIdentityOf(notification));
    } catch (error) {
      return this.steps.end(linkFailures.passkeyFailed(reasonOf(error)));
    }
    if (ceremony.code) this.within(COMPARE_WITHIN_MS, linkFailures.notCompared);
    else this.complete(ceremony);
  }

  /** @throws CommandRefused when the token is of another ceremony or used up, or WhatsApp refuses the assertion */
  async submit(token: string, assertion: PasskeyAssertion): Promise<void> {
    const submitted = this.ceremonyAt('assertion', token).submit(assertion);
    this.within(CONTINUE_WITHIN_MS, linkFailures.noContinuation);
    try {
      await submitted;
    } catch (error) {
      // The phone was faster than the answer to our query, which then ended with the connection.
      if (!this.steps.isConfirmed) throw this.refused(reasonOf(error));
    }
  }

  /** @throws CommandRefused when the token is of another ceremony, or there is nothing to confirm */
  async confirm(token: string): Promise<void> {
    this.complete(this.ceremonyAt('compare', token));
  }

  clear(): void {
    this.ceremony = null;
  }

  private async fetchRequest(): Promise<PasskeyRequest | null> {
    try {
      return passkeyRequestOf(await this.steps.context.query(mdQuery('get', 'passkey_request_options')));
    } catch (error) {
      this.logger.warn(`WhatsApp asks for a passkey, and does not say how: ${reasonOf(error)}`);
      return null;
    }
  }

  /** Another assertion may be brought, unless the attempt is over or has been refused too often. */
  private refused(reason: string): CommandRefused {
    this.refusals += 1;
    if (this.refusals >= MAX_REFUSALS) this.steps.end(linkFailures.passkeyFailed(reason));
    if (this.steps.isOver) {
      return new CommandRefused(
        'conflict',
        'passkey_ended',
        `The passkey ceremony has ended: ${reason}. /session says how to go on.`,
      );
    }
    if (this.ceremony) this.within(this.ceremony.request.timeoutMs, linkFailures.noAssertion);
    return new CommandRefused(
      'conflict',
      'assertion_refused',
      `WhatsApp did not take the assertion: ${reason}. Make another one with the same options, or begin anew: ` +
        'DELETE /session/passkey.',
    );
  }

  private complete(ceremony: PasskeyCeremony): void {
    this.within(COMPLETE_WITHIN_MS, linkFailures.notConfirmed);
    // The phone's confirmation may come before the answer; without one, the limit counts.
    ceremony.confirm(this.steps.context.creds).catch((error: unknown) => {
      if (iqErrorCode(error) !== null) this.steps.end(linkFailures.passkeyFailed(reasonOf(error)));
    });
    this.steps.publish();
  }

  private ceremonyAt(step: PasskeyStep, token: string): PasskeyCeremony {
    const { ceremony } = this;
    if (ceremony?.token !== token) {
      throw new CommandRefused(
        'conflict',
        'token_invalid',
        'This token is of a passkey ceremony that has ended. GET /session/passkey gives the current one, if any.',
      );
    }
    if (ceremony.step !== step) {
      const at = `the ceremony is at the step "${ceremony.step}"`;
      throw new CommandRefused(
        'conflict',
        'wrong_step',
        `This token cannot be used for that (again): ${at}.`,
      );
    }
    return ceremony;
  }

  private within(limitMs: number, failure: Parameters<LinkSteps['within']>[1]): void {
    this.expiresAt = new Date(Date.now() + limitMs);
    this.steps.within(limitMs, failure);
  }
}
