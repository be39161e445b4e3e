import { ApiProperty, PartialType, PickType } from '@nestjs/swagger';
import {
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { CONTACT_FIELDS, type ContactField } from '../../contacts/contact-fields.js';
import { CHANGE_KINDS, type ChangeKind } from '../../feed/change.js';
import { SESSION_NAME } from '../../kernel/identifiers/session-name.js';
import type { WebhookState } from '../../webhooks/webhook.entity.js';
import { LISTED_ATTEMPTS, MAX_WEBHOOKS } from '../../webhooks/webhooks.repository.js';
import { ContactFields } from '../contacts/field-selection.js';
import { expected, Pattern } from '../http/validation.js';
import { IsWebhookHeaders } from './webhook-headers.js';

/** Maximum number of changes per delivery. */
export const MAX_DELIVERY_ITEMS = 1_000;

/** A webhook, without its secret. */
export class WebhookDto {
  id: string;
  url: string;
  /** Names of the headers that the service adds to deliveries, without values; null if they cannot be decrypted. */
  header_names: string[] | null;
  /** Session whose changes are sent; null for all sessions. */
  session: string | null;
  /** Kinds of changes that are sent; null for all. */
  kinds: ChangeKind[] | null;
  /** Fields of contacts that are sent; null for all. */
  @ApiProperty({ enum: CONTACT_FIELDS, isArray: true, nullable: true })
  fields: ContactField[] | null;
  /** Maximum number of changes per delivery. */
  max_items: number;
  /**
   * `paused`: on request, after 12 failed attempts, or if the next change is no longer stored. `disabled`: the receiver
   * returned 410.
   */
  state: WebhookState;
  /** Why the webhook is not active, or why the last attempt failed; null if there is no problem. */
  reason: string | null;
  /** Failed attempts of the current delivery. */
  failures: number;
  /** Time of the next attempt, ISO 8601; null if it is due now. */
  retry_at: string | null;
  /** Number of changes that the webhook has not read yet, of all kinds. */
  behind: number;
  created_at: string;
}

/** Response of `POST /webhooks`, the only one that contains the secret. */
export class CreatedWebhookDto extends WebhookDto {
  /** Verifies signatures, with any library for Standard Webhooks. */
  secret: string;
}

/** Response of `GET /webhooks`, oldest first. */
export class WebhookListDto {
  @ApiProperty({ maxItems: MAX_WEBHOOKS })
  items: WebhookDto[];
}

/** Response of `DELETE /webhooks/{id}`. */
export class WebhookDeletedDto {
  deleted: true;
  message: string;
}

/** Response of `POST /webhooks/{id}/rotate`. */
export class RotatedSecretDto {
  /** The new secret. Only this response contains it. */
  secret: string;
  /** Time until which the previous secret also signs deliveries, ISO 8601. */
  former_until: string;
}

/** A request to a receiver, without its content. */
export class WebhookAttemptDto {
  at: string;
  /** Header `webhook-id`. Repeated attempts of a delivery have the same ID. */
  delivery_id: string;
  session: string | null;
  /** Number of changes in the delivery. */
  items: number;
  /** Sequence number of the first change; null in a test. */
  first_seq: number | null;
  /** Sequence number of the last change; null in a test. */
  last_seq: number | null;
  /** Status of the response; null if there was none. */
  status: number | null;
  duration_ms: number;
  /** Null if the receiver accepted the delivery. */
  error: string | null;
}

/** Response of `GET /webhooks/{id}/attempts`, latest first. */
export class WebhookAttemptListDto {
  @ApiProperty({ maxItems: LISTED_ATTEMPTS })
  items: WebhookAttemptDto[];
}

/** Response of `POST /webhooks/{id}/test`. */
export class WebhookTestedDto {
  delivered: boolean;
  status: number | null;
  duration_ms: number;
  error: string | null;
}

// A rejected URL may contain a password, so messages do not repeat it.
const URL_FORM = expected(
  'an http or https URL of up to 2000 characters, without user or password, for example ' +
    '{"url": "https://crm.example.com/contacts"}',
  { isSecret: true },
);
const KINDS = expected(
  `a list of ${CHANGE_KINDS.join(', ')} without duplicates, or omit it for all, ` +
    'for example {"kinds": ["contact.created"]}',
);
const SESSION_FORM = 'the name of a session, or omit it for all sessions, for example {"session": "sales"}';
const AFTER = expected(
  'the sequence number of a change, from the header Changes-Next of a list or from next of GET /changes, ' +
    'for example {"after": 1767261600000042}',
);
const MAX_ITEMS = expected(`a whole number from 1 to ${MAX_DELIVERY_ITEMS}, for example {"max_items": 100}`);
const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** Body of `POST /webhooks`. */
export class CreateWebhookRequest {
  @IsString(URL_FORM)
  @Matches(/^https?:\/\/[^\s@/?#]+([/?#]\S*)?$/i, URL_FORM)
  @Matches(/^.{1,2000}$/, URL_FORM)
  url: string;

  /**
   * Headers to add to deliveries, for example for authentication: up to 20, with 8,000 characters in total. Null for
   * none.
   */
  @IsOptional()
  @IsWebhookHeaders()
  headers?: Record<string, string> | null;

  /** Null for all sessions. */
  @IsOptional()
  @Pattern(SESSION_NAME, SESSION_FORM)
  session?: string | null;

  /** Null for all kinds. */
  @IsOptional()
  @IsArray(KINDS)
  @ArrayNotEmpty(KINDS)
  @ArrayUnique(KINDS)
  @IsIn(CHANGE_KINDS, { ...KINDS, each: true })
  kinds?: ChangeKind[] | null;

  /** Fields of contacts to send; null for all. */
  @IsOptional()
  @ApiProperty({ enum: CONTACT_FIELDS, isArray: true, nullable: true, required: false })
  @ContactFields('{"fields": ["id", "phone", "full_name"]}')
  fields?: ContactField[] | null;

  /** Sequence number to start after, requires `session`; null starts with the next change. */
  @IsOptional()
  @IsInt(AFTER)
  @Min(0, AFTER)
  @Max(MAX_SAFE, AFTER)
  after?: number | null;

  /** Maximum number of changes per delivery; 100 by default. */
  @IsOptional()
  @IsInt(MAX_ITEMS)
  @Min(1, MAX_ITEMS)
  @Max(MAX_DELIVERY_ITEMS, MAX_ITEMS)
  max_items?: number;
}

/** Body of `PATCH /webhooks/{id}`. Omitted fields stay unchanged. */
export class UpdateWebhookRequest extends PartialType(
  PickType(CreateWebhookRequest, ['url', 'headers', 'kinds', 'fields', 'max_items']),
) {
  /** `true` pauses the webhook; `false` continues it, like `POST /webhooks/{id}/resume`. */
  @IsOptional()
  @IsBoolean(expected('true or false, for example {"paused": true}'))
  paused?: boolean;
}

/** Body of `POST /webhooks/{id}/replay`. */
export class ReplayWebhookRequest {
  @IsInt(AFTER)
  @Min(0, AFTER)
  @Max(MAX_SAFE, AFTER)
  after: number;

  /** Session of the sequence number; required if the webhook is for all sessions. */
  @IsOptional()
  @Pattern(SESSION_NAME, 'the name of a session, for example {"session": "sales"}')
  session?: string;
}
