import type { components } from './openapi.js';

/** Response types, as defined in the API document. */
type Schemas = components['schemas'];

export type ErrorCode = Schemas['ErrorCode'];
export type Access = Schemas['AccessDto'];
export type Scope = Access['scopes'][number];
export type Session = Schemas['NamedSessionDto'];
export type SessionSummary = Schemas['SessionSummaryDto'];
export type SessionStatus = Session['status'];
export type ReasonCode = NonNullable<Session['reason_code']>;
export type DegradationCode = Session['degraded'][number]['code'];
export type PasskeyStep = NonNullable<Session['passkey']>['step'];
export type ContactDetails = Schemas['ContactDetailsDto'];
export type SeenKey = Schemas['SeenKeyDto'];
export type ContactIndex = Schemas['ContactIndexDto'];
export type ContactPage = Schemas['ContactPageDto'];
export type Change = Schemas['ChangeDto'];
export type Passkey = Schemas['PasskeyDto'];
export type PairingCode = Schemas['PairingCodeDto'];
export type ApiKey = Schemas['KeyDto'];
export type CreatedApiKey = Schemas['CreatedKeyDto'];
export type ChangeKind = Schemas['ChangeKind'];
export type Webhook = Schemas['WebhookDto'];
export type CreatedWebhook = Schemas['CreatedWebhookDto'];
export type ContactField = Schemas['ContactField'];
export type RotatedSecret = Schemas['RotatedSecretDto'];
export type WebhookAttempt = Schemas['WebhookAttemptDto'];
