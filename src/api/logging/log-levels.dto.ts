import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { SESSION_NAME } from '../../kernel/identifiers/session-name.js';
import { LOG_LEVELS, type LogLevel } from '../../kernel/logging/log-levels.js';
import { expected, Pattern } from '../http/validation.js';

/** A log level that replaces `LOG_LEVEL` and `BAILEYS_LOG_LEVEL` until it expires. */
export class LogLevelDto {
  /** Null: all sessions, and work without a session. */
  session: string | null;
  level: LogLevel;
  expires_at: string;
}

/** Response of `GET /log-levels` and `PATCH /log-levels`. */
export class LogLevelListDto {
  items: LogLevelDto[];
}

const MINUTES = expected('a whole number of minutes from 1 to 1440, for example {"minutes": 60}');

/** Body of `PATCH /log-levels`. */
export class SetLogLevelRequest {
  /** Null ends the level that was set before. */
  @ApiProperty({ type: 'string', enum: [...LOG_LEVELS, null], nullable: true })
  @IsIn(
    [...LOG_LEVELS, null],
    expected(`one of ${LOG_LEVELS.join(', ')} or null, for example {"level": "debug"}`),
  )
  level: LogLevel | null;

  /** Null, or omitted: all sessions, and work without a session. */
  @IsOptional()
  @Pattern(SESSION_NAME, 'the name of a session, or omit it for all, for example {"session": "sales"}')
  session?: string | null;

  /** Minutes until the level ends. The default is 60. */
  @IsOptional()
  @IsInt(MINUTES)
  @Min(1, MINUTES)
  @Max(1440, MINUTES)
  minutes?: number | null;
}
