import { ApiProperty, IntersectionType } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { TICKET } from '../../access/key-text.js';
import type { ChangePayload } from '../../contacts/payload/change-payload.js';
import { CHANGE_KINDS, type ChangeKind, type SessionEvent, type WebhookEvent } from '../../feed/change.js';
import { ContactDetailsDto } from '../contacts/contact-details.dto.js';
import { FieldsQuery } from '../contacts/fields-query.dto.js';
import { NameListQuery } from '../http/name-list.js';
import { MAX_PAGE_ITEMS, PageQuery } from '../http/page-query.dto.js';
import { type IntegerRange, Pattern, TrueOrFalse, WholeNumber } from '../http/validation.js';

/** An event of a session. */
export class SessionEventDto implements SessionEvent {
  name: string;
  /** For `session.degraded`: `disconnected`, `sync_problem` or a degradation code of `GET /session`; otherwise null. */
  code: string | null;
  /** Explanation for people; null if there is none. */
  reason: string | null;
}

/**
 * A webhook that was paused after failures or because of missing changes, or disabled because its receiver returned
 * 410.
 */
export class WebhookEventDto implements WebhookEvent {
  id: string;
  /** Session of the webhook; null if it is for all sessions. */
  session: string | null;
  state: 'paused' | 'disabled';
  /** Explanation for people. */
  reason: string;
}

/** A change. It never changes after it is committed. */
export class ChangeDto implements ChangePayload {
  /** Sequence number: the previous one plus 1, unless the request has `kinds` or `compact`. */
  seq: number;
  /** Time of the commit, ISO 8601. */
  at: string;
  kind: ChangeKind;
  /** ID of the contact; null for `sync.completed`, `session.*` and `webhook.stopped`. */
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
  /** For `session.*`; otherwise null. Null, too, if the account was linked through another session at that time. */
  session: SessionEventDto | null;
  /** For `webhook.stopped`, if the key has the scope `webhooks:manage` for this webhook; otherwise null. */
  webhook: WebhookEventDto | null;
}

/** Response of `GET /changes`. */
export class ChangePageDto {
  @ApiProperty({ maxItems: MAX_PAGE_ITEMS })
  items: ChangeDto[];
  /** `after` for the next request. With `kinds`, it can be greater than the last `seq`, even if `items` is empty. */
  next: number;
  /** Sequence number of the last change. If `next` equals it, you have read all changes. */
  latest: number;
}

const MAX_WAIT_SECONDS = 30;

/** Sequence numbers. They stay below 2^53, so they are exact as JSON numbers in every language. */
export const SEQUENCE: IntegerRange = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER, format: 'int64' };

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
  @WholeNumber(
    SEQUENCE,
    'the sequence number of a change, from next of the previous response or from the header Changes-Next of a list, ' +
      'for example /changes?after=1767261600000042, or omit it for the oldest stored change',
  )
  after?: number;

  /** Seconds to wait for a change if there is none. */
  @IsOptional()
  @WholeNumber(
    { minimum: 0, maximum: MAX_WAIT_SECONDS },
    `one whole number of seconds from 0 to ${MAX_WAIT_SECONDS}, for example /changes?wait=${MAX_WAIT_SECONDS}`,
  )
  wait = 0;

  /** Whether to merge all changes of a contact within one response into one. */
  @IsOptional()
  @TrueOrFalse('/changes?compact=true')
  compact = false;
}

/** Response of `POST /changes/stream-ticket`. */
export class StreamTicketDto {
  /** Replaces the key in one request: `GET /changes/stream?ticket=…`. */
  ticket: string;
  /** ISO 8601. */
  expires_at: string;
}

/** Query of `GET /changes/stream`. */
export class StreamChangesQuery extends ChangeFilter {
  /** Starts after this sequence number. By default, starts with the next change. */
  @IsOptional()
  @WholeNumber(
    SEQUENCE,
    'the sequence number of a change, for example /changes/stream?after=1767261600000042, or omit it to start with ' +
      'the next change',
  )
  after?: number;

  /** A ticket instead of a key, from `POST /changes/stream-ticket`. */
  @IsOptional()
  @Pattern(TICKET, 'the ticket of POST /changes/stream-ticket, for example /changes/stream?ticket=wst_…', {
    isSecret: true,
  })
  ticket?: string;
}
