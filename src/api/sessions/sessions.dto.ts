import { IsIn, IsOptional, IsString, Matches, type ValidationArguments } from 'class-validator';
import { SESSION_NAME } from '../../kernel/identifiers/session-name.js';
import type { ReasonCode } from '../../sessions/reason-code.js';
import { SESSION_STATUSES, type SessionStatus } from '../../sessions/session.entity.js';
import { SessionDto } from './session-status.dto.js';

/** The body of `GET /sessions/{name}`. */
export class NamedSessionDto extends SessionDto {
  name: string;
}

/** One entry of `GET /sessions`; see SessionDto for the fields. */
export class SessionSummaryDto {
  name: string;
  status: SessionStatus;
  reason_code: ReasonCode | null;
  reason: string | null;
  advice: string | null;
  since: string;
  retry_at: string | null;
  phone: string | null;
  jid: string | null;
  push_name: string | null;
}

/** The answer of `GET /sessions`, in the order of names; `next_cursor` is null on the last page. */
export class SessionPageDto {
  items: SessionSummaryDto[];
  next_cursor: string | null;
}

/** The answer of `DELETE /sessions/{name}`. */
export class SessionDeletedDto {
  deleted: true;
  message: string;
}

function explain(rightForm: string): (problem: ValidationArguments) => string {
  return ({ property, value }) => {
    const given = Array.isArray(value) ? `given ${value.length} times` : JSON.stringify(value);
    return `${property} is ${value === undefined ? 'missing' : given}; it must be ${rightForm}.`;
  };
}

const NAME = {
  message: explain(
    'the name of the new session, 1 to 40 of the characters a-z, 0-9 and "-", for example {"name": "sales"}',
  ),
};
const LIMIT = {
  message: explain('given once, a whole number from 1 to 1000, for example /sessions?limit=100'),
};
const CURSOR = {
  message: explain(
    'given once, next_cursor of the answer before; leave it out for the first page, as in /sessions',
  ),
};
const STATUS = {
  message: explain(`one of ${SESSION_STATUSES.join(', ')}, given once, for example /sessions?status=open`),
};
const CONTACTS = {
  message: explain(
    '"delete", given once, or left out to keep the contacts, for example /sessions/sales?contacts=delete',
  ),
};

/** The body of `POST /sessions`. */
export class CreateSessionRequest {
  @IsString(NAME)
  @Matches(SESSION_NAME, NAME)
  name: string;
}

/** The query of `GET /sessions`. */
export class ListSessionsQuery {
  @IsOptional()
  @IsString(LIMIT)
  @Matches(/^([1-9]\d{0,2}|1000)$/, LIMIT)
  limit = '100';

  /** The name of the last session of the page before. */
  @IsOptional()
  @IsString(CURSOR)
  @Matches(SESSION_NAME, CURSOR)
  cursor?: string;

  @IsOptional()
  @IsIn(SESSION_STATUSES, STATUS)
  status?: SessionStatus;
}

/** The query of `DELETE /sessions/{name}`. */
export class DeleteSessionQuery {
  @IsOptional()
  @IsIn(['delete'], CONTACTS)
  contacts?: 'delete';
}
