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
import { CHANGE_KINDS, type ChangeKind } from '../../feed/change.js';
import { SESSION_NAME } from '../../kernel/identifiers/session-name.js';
import type { WebhookState } from '../../webhooks/webhook.entity.js';

/** A webhook; never its secret. */
export class WebhookDto {
  id: string;
  url: string;
  /** Null: all sessions. */
  session: string | null;
  /** Null: all kinds of changes. */
  kinds: ChangeKind[] | null;
  /** Changes in one delivery at most. */
  max_items: number;
  /** `paused`: on request, or after too many failures; `disabled`: the receiver has answered 410. */
  state: WebhookState;
  /** Why it is not active, or why the last attempt has failed; null when all is well. */
  reason: string | null;
  /** How often the delivery that is under way has failed. */
  failures: number;
  /** When it is tried again; null: at once. */
  retry_at: string | null;
  /** Changes that it has still to read, all kinds counted. */
  behind: number;
  created_at: string;
}

/** The answer of `POST /webhooks`, the only one with the secret. */
export class CreatedWebhookDto extends WebhookDto {
  /** Verifies signatures, by any library for Standard Webhooks. */
  secret: string;
}

/** The answer of `GET /webhooks`, the oldest first. */
export class WebhookListDto {
  items: WebhookDto[];
}

/** The answer of `DELETE /webhooks/{id}`. */
export class WebhookDeletedDto {
  deleted: true;
  message: string;
}

/** The answer of `POST /webhooks/{id}/rotate`. */
export class RotatedSecretDto {
  /** The new one, shown this once. */
  secret: string;
  /** Until then the one of before signs as well, ISO 8601. */
  former_until: string;
}

/** One request to a receiver; what was sent is not kept. */
export class WebhookAttemptDto {
  at: string;
  /** The header `webhook-id`; the same whenever the same is sent. */
  delivery_id: string;
  session: string | null;
  /** Changes in it, and their numbers; null in a test. */
  items: number;
  first_seq: number | null;
  last_seq: number | null;
  /** Of the answer; null: there was none. */
  status: number | null;
  duration_ms: number;
  /** Null: it was taken. */
  error: string | null;
}

/** The answer of `GET /webhooks/{id}/attempts`, the latest first. */
export class WebhookAttemptListDto {
  items: WebhookAttemptDto[];
}

/** The answer of `POST /webhooks/{id}/test`. */
export class WebhookTestedDto {
  delivered: boolean;
  status: number | null;
  duration_ms: number;
  error: string | null;
}

const URL_FORM = {
  message:
    'url must be an http or https URL of up to 2000 characters, without user or password, for example {"url": "https://crm.example.com/contacts"}.',
};
const KINDS = {
  message: `kinds must be a list of ${CHANGE_KINDS.join(', ')}, each once, or left out for all, for example {"kinds": ["contact.created"]}.`,
};
const SESSION = {
  message: 'session must be the name of a session, or left out for all, for example {"session": "sales"}.',
};
const AFTER = {
  message:
    'after must be a number of a change, as the header Changes-Next of a list or next of GET /changes tell it, for example {"after": 1767261600000042}.',
};
const MAX_ITEMS = {
  message: 'max_items must be a whole number from 1 to 1000, for example {"max_items": 100}.',
};
const PAUSED = { message: 'paused must be true or false, for example {"paused": true}.' };
const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** The body of `POST /webhooks`. */
export class CreateWebhookRequest {
  @IsString(URL_FORM)
  @Matches(/^https?:\/\/[^\s@/?#]+([/?#]\S*)?$/i, URL_FORM)
  @Matches(/^.{1,2000}$/, URL_FORM)
  url: string;

  @IsOptional()
  @IsString(SESSION)
  @Matches(SESSION_NAME, SESSION)
  session?: string | null;

  @IsOptional()
  @IsArray(KINDS)
  @ArrayNotEmpty(KINDS)
  @ArrayUnique(KINDS)
  @IsIn(CHANGE_KINDS, { ...KINDS, each: true })
  kinds?: ChangeKind[] | null;

  /** Null: from now on. */
  @IsOptional()
  @IsInt(AFTER)
  @Min(0, AFTER)
  @Max(MAX_SAFE, AFTER)
  after?: number | null;

  @IsOptional()
  @IsInt(MAX_ITEMS)
  @Min(1, MAX_ITEMS)
  @Max(1000, MAX_ITEMS)
  max_items?: number;
}

/** The body of `PATCH /webhooks/{id}`; what is left out stays. */
export class UpdateWebhookRequest {
  @IsOptional()
  @IsString(URL_FORM)
  @Matches(/^https?:\/\/[^\s@/?#]+([/?#]\S*)?$/i, URL_FORM)
  @Matches(/^.{1,2000}$/, URL_FORM)
  url?: string;

  /** Null: all. */
  @IsOptional()
  @IsArray(KINDS)
  @ArrayNotEmpty(KINDS)
  @ArrayUnique(KINDS)
  @IsIn(CHANGE_KINDS, { ...KINDS, each: true })
  kinds?: ChangeKind[] | null;

  @IsOptional()
  @IsInt(MAX_ITEMS)
  @Min(1, MAX_ITEMS)
  @Max(1000, MAX_ITEMS)
  max_items?: number;

  /** False goes on, as `POST /webhooks/{id}/resume` does. */
  @IsOptional()
  @IsBoolean(PAUSED)
  paused?: boolean;
}

/** The body of `POST /webhooks/{id}/replay`. */
export class ReplayWebhookRequest {
  @IsInt(AFTER)
  @Min(0, AFTER)
  @Max(MAX_SAFE, AFTER)
  after: number;

  /** In whose feed; needed where the webhook is for all sessions. */
  @IsOptional()
  @IsString(SESSION)
  @Matches(SESSION_NAME, SESSION)
  session?: string;
}
