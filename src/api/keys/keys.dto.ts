import {
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { SESSION_NAME } from '../../kernel/identifiers/session-name.js';
import { SCOPES, type Scope } from '../../access/scopes.js';

/** One entry of `GET /keys`; never the key itself. */
export class KeyDto {
  id: string;
  name: string;
  scopes: Scope[];
  /** Null: all sessions. */
  sessions: string[] | null;
  /** Null: no limit. */
  requests_per_minute: number | null;
  created_at: string;
  expires_at: string | null;
  /** To the minute; null: never. */
  last_used_at: string | null;
}

/** The answer of `POST /keys`, the only one with the key. */
export class CreatedKeyDto extends KeyDto {
  /** Shown this once: only its hash is kept. */
  key: string;
}

/** The answer of `GET /keys`, the oldest first. */
export class KeyListDto {
  items: KeyDto[];
}

/** The answer of `DELETE /keys/{id}`. */
export class KeyDeletedDto {
  deleted: true;
  message: string;
}

const NAME = {
  message: 'name must be 1 to 100 characters that say who uses the key, for example {"name": "crm"}.',
};
const SCOPE = {
  message: `scopes must be a list of ${SCOPES.join(', ')}, each once, for example {"scopes": ["contacts:read"]}.`,
};
const SESSIONS = {
  message:
    'sessions must be a list of names of sessions, each once, or left out for all, for example {"sessions": ["sales"]}.',
};
const EXPIRES_AT = {
  message:
    'expires_at must be a time in ISO 8601 with its zone, or left out for never, for example {"expires_at": "2030-01-31T00:00:00Z"}.',
};
const REQUESTS = {
  message:
    'requests_per_minute must be a whole number from 1 to 1000000, or left out for no limit, for example {"requests_per_minute": 600}.',
};
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$/;

/** The body of `POST /keys`. */
export class CreateKeyRequest {
  @IsString(NAME)
  @Matches(/^(?=.*\S)[^\p{C}]{1,100}$/u, NAME)
  name: string;

  @IsArray(SCOPE)
  @ArrayNotEmpty(SCOPE)
  @ArrayUnique(SCOPE)
  @IsIn(SCOPES, { ...SCOPE, each: true })
  scopes: Scope[];

  @IsOptional()
  @IsArray(SESSIONS)
  @ArrayNotEmpty(SESSIONS)
  @ArrayUnique(SESSIONS)
  @IsString({ ...SESSIONS, each: true })
  @Matches(SESSION_NAME, { ...SESSIONS, each: true })
  sessions?: string[] | null;

  @IsOptional()
  @IsString(EXPIRES_AT)
  @Matches(ISO_TIME, EXPIRES_AT)
  expires_at?: string | null;

  @IsOptional()
  @IsInt(REQUESTS)
  @Min(1, REQUESTS)
  @Max(1_000_000, REQUESTS)
  requests_per_minute?: number | null;
}
