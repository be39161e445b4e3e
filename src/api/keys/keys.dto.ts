import { ApiProperty } from '@nestjs/swagger';
import {
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { type Scope, SCOPES } from '../../access/scopes.js';
import { SESSION_NAME } from '../../kernel/identifiers/session-name.js';
import { expected, Pattern } from '../http/validation.js';

/** An API key, without its text. */
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
  /** Accurate to the minute; null: never. */
  last_used_at: string | null;
}

/** The response of `POST /keys`, the only one with the text of the key. */
export class CreatedKeyDto extends KeyDto {
  /** The service stores only a hash of it. */
  key: string;
}

/** The response of `GET /keys`, oldest first. */
export class KeyListDto {
  items: KeyDto[];
}

/** The response of `DELETE /keys/{id}`. */
export class KeyDeletedDto {
  deleted: true;
  message: string;
}

const SCOPE = expected(
  `a list of ${SCOPES.join(', ')}, each once, for example {"scopes": ["contacts:read"]}`,
);
const SESSION = expected(
  'a list of session names, each once, or omit it for all sessions, for example {"sessions": ["sales"]}',
);
const REQUESTS = expected(
  'a whole number from 1 to 1000000, or omit it for no limit, for example {"requests_per_minute": 600}',
);
const EXPIRY = expected(
  'an ISO 8601 time with time zone, or omit it for no expiry, for example {"expires_at": "2030-01-31T00:00:00Z"}',
);
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$/;

/** The body of `POST /keys`. */
export class CreateKeyRequest {
  @ApiProperty({ minLength: 1, maxLength: 100 })
  @Pattern(
    /^(?=.*\S)[^\p{C}]{1,100}$/u,
    '1 to 100 characters that describe the user of the key, for example {"name": "crm"}',
  )
  name: string;

  @IsArray(SCOPE)
  @ArrayNotEmpty(SCOPE)
  @ArrayUnique(SCOPE)
  @IsIn(SCOPES, { ...SCOPE, each: true })
  scopes: Scope[];

  @IsOptional()
  @IsArray(SESSION)
  @ArrayNotEmpty(SESSION)
  @ArrayUnique(SESSION)
  @Matches(SESSION_NAME, { ...SESSION, each: true })
  sessions?: string[] | null;

  @IsOptional()
  @Matches(ISO_TIME, EXPIRY)
  expires_at?: string | null;

  @IsOptional()
  @IsInt(REQUESTS)
  @Min(1, REQUESTS)
  @Max(1_000_000, REQUESTS)
  requests_per_minute?: number | null;
}
