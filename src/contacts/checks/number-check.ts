import type { Jid, Lid, Phone } from '../../kernel/identifiers/address.js';
import type { CheckStopReason } from '../entities/number-check-quota.entity.js';

/** WhatsApp's answer about a number. */
export interface NumberAnswer {
  phone: Phone;
  /** Null if WhatsApp returned no answer for this number. */
  onWhatsapp: boolean | null;
  /** The address that WhatsApp uses for the number, which may be another form of it; null if it is not registered. */
  jid: Jid | null;
  /** Null if WhatsApp did not return it. */
  lid: Lid | null;
}

/** A stored answer. */
export interface StoredAnswer extends NumberAnswer {
  checkedAt: Date;
}

/** Why no numbers are checked at the moment. */
export interface CheckStop {
  reason: CheckStopReason | 'reachout_locked';
  until: Date;
}

/** How many numbers may still be checked today. */
export interface CheckQuota {
  /** Numbers that were sent to WhatsApp today. */
  used: number;
  /** Start of the next day in UTC. */
  resetsAt: Date;
  /** Null if WhatsApp has not caused a stop. Does not contain the reach-out time lock. */
  stop: CheckStop | null;
}

/** Result of the command `check-numbers`, as JSON. */
export interface AcceptedChecks {
  /** Numbers that will be checked. The others exceed the quota of the day. */
  accepted: Phone[];
  /** `until` as ISO 8601; null if nothing prevents checks. Nothing is accepted otherwise. */
  stop: { reason: CheckStop['reason']; until: string } | null;
}
