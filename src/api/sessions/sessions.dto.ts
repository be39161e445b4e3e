import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional, ValidateBy, ValidateIf } from 'class-validator';
import { cleanName } from '../../contacts/write/clean-name.js';
import { SESSION_NAME } from '../../kernel/identifiers/session-name.js';
import { PROXY_URL_FORM, ProxyUrl } from '../../kernel/network/proxy-url.js';
import type { ReasonCode } from '../../sessions/reason-code.js';
import { SESSION_STATUSES, type SessionStatus } from '../../sessions/session.entity.js';
import { MAX_PAGE_ITEMS, PageQuery } from '../http/page-query.dto.js';
import { expected, Pattern } from '../http/validation.js';
import { LastAccountDto, SessionDto } from './session-status.dto.js';

/** Response of `GET /sessions/{name}`. */
export class NamedSessionDto extends SessionDto {
  name: string;
}

/** An element of `GET /sessions`; SessionDto describes the fields. */
export class SessionSummaryDto {
  name: string;
  display_name: string | null;
  status: SessionStatus;
  reason_code: ReasonCode | null;
  reason: string | null;
  advice: string | null;
  since: string;
  retry_at: string | null;
  phone: string | null;
  jid: string | null;
  push_name: string | null;
  last_account: LastAccountDto | null;
}

/** Response of `GET /sessions`, ordered by name; `next_cursor` is null on the last page. */
export class SessionPageDto {
  @ApiProperty({ maxItems: MAX_PAGE_ITEMS })
  items: SessionSummaryDto[];
  next_cursor: string | null;
}

/** Response of `DELETE /sessions/{name}`. */
export class SessionDeletedDto {
  deleted: true;
  message: string;
}

/** Accepts the URL of a proxy. Messages do not contain it, because it may contain a password. */
const IsProxy = () =>
  ValidateBy(
    {
      name: 'isProxyUrl',
      validator: { validate: (text) => typeof text === 'string' && ProxyUrl.parse(text) !== null },
    },
    expected(`${PROXY_URL_FORM}; or null for none`, { isSecret: true }),
  );

const MAX_DISPLAY_NAME_LENGTH = 100;

/** Accepts names with up to 100 visible characters, and stores them without control characters. */
const IsDisplayName = () =>
  applyDecorators(
    ApiProperty({ type: 'string', nullable: true, maxLength: MAX_DISPLAY_NAME_LENGTH }),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? (cleanName(value)?.trim() ?? '') : value,
    ),
    ValidateBy(
      {
        name: 'isDisplayName',
        validator: {
          validate: (text) =>
            typeof text === 'string' && text !== '' && [...text].length <= MAX_DISPLAY_NAME_LENGTH,
        },
      },
      expected(
        `1 to ${MAX_DISPLAY_NAME_LENGTH} characters, for example {"display_name": "Sales team"}; or null for none`,
      ),
    ),
  );

/** Body of `POST /sessions`. */
export class CreateSessionRequest {
  @Pattern(SESSION_NAME, '1 to 40 of the characters a-z, 0-9 and "-", for example {"name": "sales"}')
  name: string;

  /** Name for users, for example `Sales team`. */
  @IsOptional()
  @IsDisplayName()
  display_name?: string | null;

  /** Proxy of the session; see `PATCH /sessions/{name}`. */
  @IsOptional()
  @IsProxy()
  proxy?: string | null;
}

/** Body of `PATCH /sessions/{name}`: at least one of the fields. */
export class UpdateSessionRequest {
  /** Name for users, for example `Sales team`. `null` removes it. */
  @IsOptional()
  @IsDisplayName()
  display_name?: string | null;

  /**
   * URL of an HTTP or SOCKS5 proxy for everything that the session sends: `http://`, `https://`, `socks5://` or
   * `socks5h://`, with a percent-encoded user name and password if the proxy requires them. Stored encrypted if
   * ENCRYPTION_KEY is set, and returned without user name and password. `null`: the proxies in the environment.
   */
  @ValidateIf(
    ({ display_name: displayName }: UpdateSessionRequest, proxy) =>
      proxy !== null && (proxy !== undefined || displayName === undefined),
  )
  @IsProxy()
  proxy?: string | null;
}

/** Query of `GET /sessions`. */
export class ListSessionsQuery extends PageQuery {
  /** `next_cursor` of the previous page, which is the name of its last session. */
  @IsOptional()
  @Pattern(
    SESSION_NAME,
    'next_cursor of the previous page, or omit it for the first page, for example /sessions?limit=100',
  )
  cursor?: string;

  /** Returns only sessions with this status. */
  @IsOptional()
  @IsIn(
    SESSION_STATUSES,
    expected(`one of ${SESSION_STATUSES.join(', ')}, for example /sessions?status=open`),
  )
  status?: SessionStatus;
}

/** Query of `DELETE /sessions/{name}`. */
export class DeleteSessionQuery {
  /** Also deletes the contacts of the account. */
  @IsOptional()
  @IsIn(
    ['delete'],
    expected('"delete", or omit it to keep the contacts, for example /sessions/sales?contacts=delete'),
  )
  contacts?: 'delete';
}
