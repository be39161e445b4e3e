import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** Creates a secret in the format of Standard Webhooks: `whsec_` and the key in base64. */
export function createSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** Signed parts of a delivery. */
export interface SignedMessage {
  id: string;
  /** Seconds since 1970-01-01. */
  timestamp: number;
  body: string;
}

/**
 * Returns the header `webhook-signature` of Standard Webhooks, with one signature per secret: during a rotation,
 * receivers can use either secret. The npm package `standardwebhooks` computes SHA-256 in JavaScript, which is slower.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function sign({ id, timestamp, body }: SignedMessage, secrets: string[]): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    })
    .join(' ');
}
