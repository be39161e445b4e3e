import { ApiProperty } from '@nestjs/swagger';
import type { CheckStop } from '../../contacts/checks/number-check.js';

/** Why WhatsApp has objected to checks, or to the account. */
const STOP_REASONS = [
  'rate_limited',
  'refused',
  'unanswered',
  'reachout_locked',
] as const satisfies readonly CheckStop['reason'][];
/** Why a number has no answer. docs/number-checks.md explains each reason. */
const CHECK_REASONS = [
  'pending',
  'quota_used',
  'disabled',
  'not_synced',
  'session_not_open',
  'no_answer',
  ...STOP_REASONS,
] as const;

export type CheckReason = (typeof CHECK_REASONS)[number];

/** Whether a number is on WhatsApp. */
export class NumberCheckDto {
  /** Null if there is no answer; `reason` contains why. */
  on_whatsapp: boolean | null;
  @ApiProperty({ type: 'string', enum: [...CHECK_REASONS, null], nullable: true })
  reason: CheckReason | null;
  /** Time of the query, ISO 8601. Answers are stored for 30 days. Null for reasons other than `no_answer`. */
  checked_at: string | null;
  /** Address that WhatsApp uses for the number. Can differ from the requested number, for example in Brazil. */
  jid: string | null;
  /** Null if WhatsApp did not return it. */
  lid: string | null;
}

/** Why numbers of the account are not checked for a while. */
export class ChecksStoppedDto {
  @ApiProperty({ type: 'string', enum: STOP_REASONS })
  reason: CheckStop['reason'];
  /** ISO 8601. */
  until: string;
}

/** The daily quota of checks of the account. */
export class ChecksDto {
  /** Numbers per day; `CHECKS_PER_DAY`. */
  limit: number;
  /** Numbers that can still be checked today. Numbers without an answer of WhatsApp count as well. */
  remaining: number;
  /** Start of the next day in UTC, ISO 8601. */
  resets_at: string;
  /** Null if checks are possible. */
  stopped: ChecksStoppedDto | null;
}
