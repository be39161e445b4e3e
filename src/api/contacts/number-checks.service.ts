import { Injectable } from '@nestjs/common';
import type { AcceptedChecks, CheckQuota, StoredAnswer } from '../../contacts/checks/number-check.js';
import { NumberChecksRepository } from '../../contacts/checks/number-checks.repository.js';
import { pause } from '../../kernel/async/pause.js';
import { Config } from '../../kernel/config/config.js';
import { parsePhone, type Phone, phoneOf } from '../../kernel/identifiers/address.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { CommandRefused } from '../../sessions/command-refused.js';
import { DegradationsRepository } from '../../sessions/degradations.repository.js';
import { SessionStateRepository } from '../../sessions/session-state.repository.js';
import { FairSlots, type SlotLimits } from '../http/fair-slots.js';
import { CommandSender } from '../sessions/command-sender.js';
import { SessionNotAnswering } from '../sessions/sessions-api.errors.js';
import type { LookedUpContact, LookupResult } from './contact-lookup.service.js';
import { parseContactReference } from './contact-reference.js';
import type { CheckReason, ChecksDto, ChecksStoppedDto, NumberCheckDto } from './number-checks.dto.js';

/** How long a request waits for answers. Less than the time after which proxies usually end a request. */
const WAIT_MS = 25_000;
const POLL_EVERY_MS = 500;
/** Longer than the session role waits for WhatsApp's answer to numbers that are already counted. */
const LAST_QUERY_MS = 16_000;
/** The session role only queues the numbers, but another command of the session may be running. */
const COMMAND_TIMEOUT_MS = 10_000;

/** A waiting request reads the database four times per POLL_EVERY_MS. */
const SLOTS: SlotLimits = { what: 'number checks', perCaller: 2, overall: 20, maxWaitMs: 10_000 };

type CheckingAccount = Pick<LookupResult, 'accountId' | 'synced'>;

interface CheckRequest {
  session: SessionName;
  caller: string;
  /** Aborted when the caller has disconnected. */
  gone: AbortSignal;
}

/** Why numbers have no answer, unless they have one. */
interface Obstacle {
  reasonOf: (phone: Phone) => CheckReason;
  /** Null if checks are possible. */
  stop: ChecksStoppedDto | null;
}

/** The result of a lookup with checks. */
export interface CheckedLookup extends Pick<LookupResult, 'synced'> {
  items: (LookedUpContact & { check: NumberCheckDto | null })[];
  checks: ChecksDto;
}

/** Checks whether numbers are on WhatsApp. Stored answers are used first, and do not count against CHECKS_PER_DAY. */
@Injectable()
export class NumberChecksService {
  private readonly slots = new FairSlots(SLOTS);

  constructor(
    private readonly config: Config,
    private readonly stored: NumberChecksRepository,
    private readonly commands: CommandSender,
    private readonly state: SessionStateRepository,
    private readonly degradations: DegradationsRepository,
  ) {}

  /**
   * Checks the numbers of a lookup that are not contacts. Waits up to WAIT_MS. Numbers without an answer have a reason.
   * Later answers are stored for the next request.
   *
   * @throws TooManyAtOnce, TooBusy, or the error of `lookUp`
   */
  async check(request: CheckRequest, lookUp: () => Promise<LookupResult>): Promise<CheckedLookup> {
    const release = await this.slots.take(request.caller);
    return this.checkItems(request, lookUp).finally(release);
  }

  private async checkItems(
    { session, gone }: CheckRequest,
    lookUp: () => Promise<LookupResult>,
  ): Promise<CheckedLookup> {
    const { items, ...account } = await lookUp();
    const giveUp = AbortSignal.any([gone, AbortSignal.timeout(WAIT_MS)]);
    const phones = items.map(phoneToCheck);
    const wanted = [...new Set(phones)].filter((phone) => phone !== null);
    const { numbers, stop } = await this.checkNumbers(session, account, wanted, giveUp);
    return {
      synced: account.synced,
      items: items.map((item, i) => ({ ...item, check: numbers.get(phones[i] ?? null) ?? null })),
      checks: await this.describe(session, account, stop),
    };
  }

  private async checkNumbers(
    session: SessionName,
    account: CheckingAccount,
    phones: Phone[],
    giveUp: AbortSignal,
  ): Promise<{ numbers: Map<Phone | null, NumberCheckDto>; stop: ChecksStoppedDto | null }> {
    const before = await this.findAnswers(account, phones);
    const missing = phones.filter((phone) => !before.has(phone));
    if (missing.length === 0)
      return { numbers: new Map([...before].map(([phone, answer]) => [phone, toDto(answer)])), stop: null };
    const { reasonOf, stop } = await this.ask(session, account, missing, giveUp);
    const answers = await this.findAnswers(account, phones);
    const numbers = phones.map((phone) => {
      const answer = answers.get(phone);
      return [phone, answer ? toDto(answer) : withoutAnswer(reasonOf(phone))] as const;
    });
    return { numbers: new Map(numbers), stop };
  }

  /** Sends numbers to the session role, and waits for the answers. */
  private async ask(
    session: SessionName,
    account: CheckingAccount,
    phones: Phone[],
    giveUp: AbortSignal,
  ): Promise<Obstacle> {
    const obstacle = await this.findObstacle(session, account);
    if (obstacle) return forAll(obstacle);
    const { status, isAttended, since: openSince } = await this.state.get(session);
    if (status !== 'open' || !isAttended) return forAll('session_not_open');
    const allowed = phones.slice(0, this.remaining(await this.stored.getQuota(account.accountId)));
    if (allowed.length === 0) return forAll('quota_used');
    // A caller who has disconnected while waiting for a slot does not use up the quota.
    if (giveUp.aborted) return forAll('pending');
    const result = await this.send(session, allowed);
    if (!result) return forAll('session_not_open');
    const { accepted, stop } = result;
    if (stop) return { reasonOf: () => stop.reason, stop };
    const reason = await this.waitForAnswers(session, account, { phones: accepted, openSince }, giveUp);
    return { reasonOf: (phone) => (accepted.includes(phone) ? reason : 'quota_used'), stop: null };
  }

  private async findObstacle(
    session: SessionName,
    { accountId, synced }: CheckingAccount,
  ): Promise<CheckReason | null> {
    if (this.config.CHECKS_PER_DAY === 0) return 'disabled';
    // Numbers of contacts that are not synced yet would be checked as well.
    if (!synced) return 'not_synced';
    const stop = await this.findStop(session, await this.stored.getQuota(accountId));
    return stop && stop.reason;
  }

  /** Returns null if the session role cannot query WhatsApp at the moment. */
  private async send(session: SessionName, phones: Phone[]): Promise<AcceptedChecks | null> {
    const argument = JSON.stringify(phones);
    try {
      const result = await this.commands.send(session, 'check-numbers', argument, COMMAND_TIMEOUT_MS);
      return JSON.parse(result ?? 'null') as AcceptedChecks | null;
    } catch (error) {
      if (error instanceof CommandRefused || error instanceof SessionNotAnswering) return null;
      throw error;
    }
  }

  /**
   * Waits until all numbers have an answer, or until the session role has dropped them.
   *
   * @param openSince start of the connection. When it ends, its numbers are dropped.
   * @returns why numbers have no answer, unless they have one
   */
  private async waitForAnswers(
    session: SessionName,
    account: CheckingAccount,
    { phones, openSince }: { phones: Phone[]; openSince: Date },
    giveUp: AbortSignal,
  ): Promise<CheckReason> {
    let lastQueryEndsAtMs = Infinity;
    for (;;) {
      const quota = await this.stored.getQuota(account.accountId);
      const answers = await this.findAnswers(account, phones);
      if (answers.size === phones.length) return 'pending';
      const stop = await this.findStop(session, quota);
      if (stop) return stop.reason;
      const { status, isAttended, since } = await this.state.get(session);
      const isSameConnection = since.getTime() === openSince.getTime();
      if (status !== 'open' || !isAttended || !isSameConnection) return 'session_not_open';
      const nowMs = performance.now();
      if (this.remaining(quota) === 0) lastQueryEndsAtMs = Math.min(lastQueryEndsAtMs, nowMs + LAST_QUERY_MS);
      if (nowMs >= lastQueryEndsAtMs) return 'quota_used';
      if (giveUp.aborted) return 'pending';
      await pause(POLL_EVERY_MS, giveUp);
    }
  }

  private async findAnswers(
    { accountId }: CheckingAccount,
    phones: Phone[],
  ): Promise<Map<Phone, StoredAnswer>> {
    const answers = await this.stored.find(accountId, phones);
    return new Map(answers.map((answer) => [answer.phone, answer]));
  }

  private async findStop(session: SessionName, { stop }: CheckQuota): Promise<ChecksStoppedDto | null> {
    if (stop) return { reason: stop.reason, until: stop.until.toISOString() };
    const until = await this.degradations.findEnd(session, 'reachout_locked');
    return until && { reason: 'reachout_locked', until: until.toISOString() };
  }

  private remaining({ used }: CheckQuota): number {
    return Math.max(0, this.config.CHECKS_PER_DAY - used);
  }

  /** @param stop reported by the session role; null if it has reported none */
  private async describe(
    session: SessionName,
    { accountId }: CheckingAccount,
    stop: ChecksStoppedDto | null,
  ): Promise<ChecksDto> {
    const quota = await this.stored.getQuota(accountId);
    return {
      limit: this.config.CHECKS_PER_DAY,
      remaining: this.remaining(quota),
      resets_at: quota.resetsAt.toISOString(),
      stopped: stop ?? (await this.findStop(session, quota)),
    };
  }
}

/** Returns the number of an entry; null if it is a contact, or not a number that WhatsApp can have. */
function phoneToCheck({ query, contact }: LookedUpContact): Phone | null {
  if (contact) return null;
  const reference = parseContactReference(query);
  return reference?.column === 'jid' ? parsePhone(phoneOf(reference.values[0] ?? '')) : null;
}

function toDto({ onWhatsapp, jid, lid, checkedAt }: StoredAnswer): NumberCheckDto {
  const reason = onWhatsapp === null ? 'no_answer' : null;
  return { on_whatsapp: onWhatsapp, reason, checked_at: checkedAt.toISOString(), jid, lid };
}

function forAll(reason: CheckReason): Obstacle {
  return { reasonOf: () => reason, stop: null };
}

function withoutAnswer(reason: CheckReason): NumberCheckDto {
  return { on_whatsapp: null, reason, checked_at: null, jid: null, lid: null };
}
