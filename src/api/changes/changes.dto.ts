import { IsIn, IsOptional, IsString, Matches, type ValidationArguments } from 'class-validator';
import { ContactDetailsDto } from '../contacts/contact-details.dto.js';
import type { ChangePayload } from '../../contacts/payload/change-payload.js';
import type { ChangeKind, SessionEvent } from '../../feed/change.js';

/** What has happened to a session. */
export class SessionEventDto implements SessionEvent {
  name: string;
  /** Of `session.degraded`: `disconnected`, `sync_problem`, or a code of `degraded` in `GET /session`; otherwise null. */
  code: string | null;
  /** One sentence for people; null when there is nothing to say. */
  reason: string | null;
}

/** One change. With the same number it is always the same. */
export class ChangeDto implements ChangePayload {
  /** The number after that of the change before. */
  seq: number;
  /** When it was committed, ISO 8601. */
  at: string;
  kind: ChangeKind;
  /** Of the contact; null when the change is about nobody. */
  id: string | null;
  /** Of the contact after the change; of one that is gone, before it. */
  jid: string | null;
  lid: string | null;
  /** What has changed, in the names of `contact`; empty when everything is new, or only what is not shown. */
  fields: string[];
  /** Id of the contact that this one has become part of. */
  merged_into: string | null;
  /** The contact after the change, as `GET /contacts/{phone}` shows it; null for one that is gone, and for nobody. */
  contact: ContactDetailsDto | null;
  /** Of `session.*`; otherwise null. */
  session: SessionEventDto | null;
}

/** The answer of `GET /changes`. */
export class ChangePageDto {
  items: ChangeDto[];
  /** `after` of the next request. */
  next: number;
  /** The last number there is; with `next` equal to it, there is no more at the moment. */
  latest: number;
}

const MAX_WAIT_SECONDS = 30;

function explain(rightForm: string): (problem: ValidationArguments) => string {
  return ({ property, value }) => {
    const given = Array.isArray(value) ? `given ${value.length} times` : JSON.stringify(value);
    return `${property} is ${given}; it must be ${rightForm}.`;
  };
}

const AFTER = {
  message: explain(
    'given once, a number of a change, as next of the answer before or the header Changes-Next of a list tell it, for example ' +
      '/changes?after=1767261600000042; leave it out for the oldest change that is kept',
  ),
};
const LIMIT = {
  message: explain('given once, a whole number from 1 to 1000, for example /changes?limit=100'),
};
const WAIT = {
  message: explain(
    `given once, a whole number of seconds from 0 to ${MAX_WAIT_SECONDS}, for example /changes?wait=${MAX_WAIT_SECONDS}`,
  ),
};
const COMPACT = { message: explain('true or false, given once, for example /changes?compact=true') };
const STREAM_AFTER = {
  message: explain(
    'given once, a number of a change, for example /changes/stream?after=1767261600000042; leave it out for what changes ' +
      'from now on',
  ),
};

/** A number of a change: below 2^53. */
export const SEQ = /^(0|[1-9]\d{0,14}|[1-8]\d{15})$/;

/** The query of `GET /changes`. */
export class ListChangesQuery {
  @IsOptional()
  @IsString(AFTER)
  @Matches(SEQ, AFTER)
  after?: string;

  @IsOptional()
  @IsString(LIMIT)
  @Matches(/^([1-9]\d{0,2}|1000)$/, LIMIT)
  limit = '100';

  /** Seconds to wait for a change when there is none. */
  @IsOptional()
  @IsString(WAIT)
  @Matches(/^([12]?\d|30)$/, WAIT)
  wait = '0';

  /** Whether changes of one contact are joined, as far as they are in one answer. */
  @IsOptional()
  @IsIn(['true', 'false'], COMPACT)
  compact: 'true' | 'false' = 'false';
}

/** The query of `GET /changes/stream`. */
export class StreamChangesQuery {
  @IsOptional()
  @IsString(STREAM_AFTER)
  @Matches(SEQ, STREAM_AFTER)
  after?: string;
}
