import { IntersectionType } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import type { ChangePayload } from '../../contacts/payload/change-payload.js';
import { CHANGE_KINDS, type ChangeKind, type SessionEvent } from '../../feed/change.js';
import { ContactDetailsDto } from '../contacts/contact-details.dto.js';
import { FieldsQuery } from '../contacts/fields-query.dto.js';
import { NameListQuery } from '../http/name-list.js';
import { PageQuery } from '../http/page-query.dto.js';
import { Pattern, TrueOrFalse } from '../http/validation.js';

/** An event of a session. */
export class SessionEventDto implements SessionEvent {
  name: string;
  /** For `session.degraded`: `disconnected`, `sync_problem` or a degradation code of `GET /session`; otherwise null. */
  code: string | null;
  /** Explanation for people; null if there is none. */
  reason: string | null;
}

/** A change. It never changes after it is committed. */
export class ChangeDto implements ChangePayload {
  /** Sequence number: that of the previous change plus 1, unless the request has `kinds`. */
  seq: number;
  /** Time of the commit, ISO 8601. */
  at: string;
  kind: ChangeKind;
  /** ID of the contact; null for `sync.completed` and `session.*`. */
  id: string | null;
  /** JID of the contact after the change, or before it if the contact is gone. */
  jid: string | null;
  /** LID of the contact after the change, or before it if the contact is gone. */
  lid: string | null;
  /**
   * Names of the fields of `contact` that changed. Empty for new contacts, and if only data changed that the API does
   * not return.
   */
  fields: string[];
  /** ID of the contact that this one was merged into. */
  merged_into: string | null;
  /** The contact after the change, as in `GET /contacts/{phone}`. Null if it is gone, and if `id` is null. */
  contact: ContactDetailsDto | null;
  /** For `session.*`; otherwise null. */
  session: SessionEventDto | null;
}

/** Response of `GET /changes`. */
export class ChangePageDto {
  items: ChangeDto[];
  /** `after` for the next request. With `kinds`, it may be beyond the last item, also if there are no items. */
  next: number;
  /** Sequence number of the last change. If `next` equals it, you have read all changes. */
  latest: number;
}

const MAX_WAIT_SECONDS = 30;

/** Sequence numbers: integers below 2^53. */
export const SEQ = /^(0|[1-9]\d{0,14}|[1-8]\d{15})$/;

/** Which changes a reader gets, and which fields of their contacts. */
export class ChangeFilter extends FieldsQuery {
  /** Only changes of these kinds, separated by commas. Default: all kinds. */
  @IsOptional()
  @NameListQuery(CHANGE_KINDS, { noun: 'kind', example: 'kinds=contact.created,contact.deleted' })
  kinds?: ChangeKind[];
}

/** Query of `GET /changes`. */
export class ListChangesQuery extends IntersectionType(ChangeFilter, PageQuery) {
  /** Returns changes after this sequence number. By default, starts with the oldest stored change. */
  @IsOptional()
  @Pattern(
    SEQ,
    'the sequence number of a change, from next of the previous response or from the header Changes-Next of a list, ' +
      'for example /changes?after=1767261600000042, or omit it for the oldest stored change',
  )
  after?: string;

  /** Seconds to wait for a change if there is none. */
  @IsOptional()
  @Pattern(
    /^([12]?\d|30)$/,
    `one whole number of seconds from 0 to ${MAX_WAIT_SECONDS}, for example /changes?wait=${MAX_WAIT_SECONDS}`,
  )
  wait = '0';

  /** Whether to merge all changes of a contact within one response into one. */
  @IsOptional()
  @TrueOrFalse('/changes?compact=true')
  compact: 'true' | 'false' = 'false';
}

/** Query of `GET /changes/stream`. */
export class StreamChangesQuery extends ChangeFilter {
  /** Starts after this sequence number. By default, starts with the next change. */
  @IsOptional()
  @Pattern(
    SEQ,
    'the sequence number of a change, for example /changes/stream?after=1767261600000042, or omit it to start with ' +
      'the next change',
  )
  after?: string;
}
