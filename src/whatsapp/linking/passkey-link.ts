import { randomBytes } from 'node:crypto';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { Log } from '../../kernel/logging/log.js';
import { CommandRefused } from '../../sessions/command-refused.js';
import type { LinkOffer, PasskeyAssertion, PasskeyStep } from '../../sessions/link-offer.js';
import { iqErrorCode } from '../wire/iq-error.js';
import type { LinkSteps } from './link-context.js';
import { linkFailures } from './link-failure.js';
import { reasonOf } from './link-refusals.js';
import { mdQuery } from './link-stanzas.js';
import {
  Handoff,
  PasskeyCeremony,
  type PasskeyRequest,
  passkeyRequestOf,
  primaryIdentityOf,
} from './passkey-ceremony.js';

const SECRET_BYTES = 32;
/** From the assertion to the phone's response; some ceremonies never receive one (evolution-go #107). */
const CONTINUE_WITHIN_MS = 60_000;
/** Number of refused assertions after which the attempt fails. */
const MAX_REFUSALS = 5;
const COMPARE_WITHIN_MS = 300_000;
/** From the confirmation of the passkey to the confirmation of the link. */
const COMPLETE_WITHIN_MS = 60_000;

/** Links a device with the account's passkey: runs the ceremony, and limits the time of each step. */
export class PasskeyLink {
  private readonly log = new Log(PasskeyLink.name);
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

  /** Handles `passkey_prologue_request`: begins a ceremony, which replaces the previous one. */
  async begin(notification: BinaryNode): Promise<void> {
    const { creds, identity, query } = this.steps.context;
    const request = passkeyRequestOf(notification) ?? (await this.fetchRequest());
    if (!request) {
      await this.steps.acknowledge(notification);
      return this.steps.end(linkFailures.passkeyFailed('WhatsApp sent no request options'));
    }
    // If WhatsApp repeats the request, the phone still has the secret from before the first one.
    const handoff = this.ceremony?.handoff ?? new Handoff(Buffer.from(creds.advSecretKey, 'base64'));
    const ceremony = new PasskeyCeremony(request, handoff, identity, query);
    await this.steps.replaceSecret(randomBytes(SECRET_BYTES));
    this.ceremony = ceremony;
    await this.steps.acknowledge(notification);
    this.within(request.timeoutMs, linkFailures.noAssertion);
  }

  /** Handles `crsc_continuation`: the response from the phone. */
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

  /** @throws CommandRefused if the token is from another ceremony or was used, or WhatsApp refuses the assertion */
  async submit(token: string, assertion: PasskeyAssertion): Promise<void> {
    const submitted = this.ceremonyAt('assertion', token).submit(assertion);
    this.within(CONTINUE_WITHIN_MS, linkFailures.noContinuation);
    try {
      await submitted;
    } catch (error) {
      // The phone may confirm before the response to the query, which then ends with the connection.
      if (!this.steps.isConfirmed) throw this.refused(reasonOf(error));
    }
  }

  /**
   * Confirms that the codes match. @throws CommandRefused if the token is from another ceremony, or there is no code
   */
  async confirm(token: string): Promise<void> {
    this.complete(this.ceremonyAt('compare', token));
  }

  clear(): void {
    this.ceremony = null;
  }

  private async fetchRequest(): Promise<PasskeyRequest | null> {
    try {
      return passkeyRequestOf(await this.steps.context.query(mdQuery('get', 'passkey_request_options')));
    } catch (err) {
      this.log.warn({ err }, 'Fetching passkey request options failed');
      return null;
    }
  }

  /** Allows another assertion, unless the attempt is over or has been refused too often. */
  private refused(reason: string): CommandRefused {
    this.refusals += 1;
    if (this.refusals >= MAX_REFUSALS) this.steps.end(linkFailures.passkeyFailed(reason));
    if (this.steps.isOver) {
      return new CommandRefused(
        'conflict',
        'passkey_ended',
        `The passkey request has ended: ${reason}. /session shows how to continue.`,
      );
    }
    if (this.ceremony) this.within(this.ceremony.request.timeoutMs, linkFailures.noAssertion);
    return new CommandRefused(
      'conflict',
      'assertion_refused',
      `WhatsApp refused the assertion: ${reason}. Create another one with the same options, or start again with ` +
        'DELETE /session/passkey.',
    );
  }

  private complete(ceremony: PasskeyCeremony): void {
    this.within(COMPLETE_WITHIN_MS, linkFailures.notConfirmed);
    // The phone's confirmation may arrive before the response; without one, the limit applies.
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
        'This token belongs to a passkey request that has ended. Use the token of GET /session/passkey.',
      );
    }
    if (ceremony.step !== step) {
      throw new CommandRefused(
        'conflict',
        'wrong_step',
        `This token cannot be used in the step "${ceremony.step}".`,
      );
    }
    return ceremony;
  }

  private within(limitMs: number, failure: Parameters<LinkSteps['within']>[1]): void {
    this.expiresAt = new Date(Date.now() + limitMs);
    this.steps.within(limitMs, failure);
  }
}
