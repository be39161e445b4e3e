import type { ContactField } from '../contacts/contact-fields.js';
import { type ChangePayload, toChange } from '../contacts/payload/change-payload.js';
import type { ChangeRow } from '../feed/feed-reads.repository.js';
import { pathPrefixOf, type SessionName } from '../kernel/identifiers/session-name.js';

/** Body of a delivery. WebhookPayloadDto describes the fields. */
export interface WebhookPayload {
  type: 'changes' | 'webhook.test';
  timestamp: string;
  data: { session: string | null; items: ChangePayload[] };
}

/**
 * Returns the body of a delivery. The same changes and fields always result in the same text.
 *
 * @param fields of contacts; null: all
 */
export function changesPayload(
  session: SessionName,
  rows: ChangeRow[],
  fields: readonly ContactField[] | null,
): string {
  const items = rows.map((row) => toChange(row, pathPrefixOf(session), fields));
  return JSON.stringify({
    type: 'changes',
    timestamp: items.at(-1)?.at ?? '',
    data: { session, items },
  } satisfies WebhookPayload);
}

export function testPayload(session: string | null, now: Date): string {
  return JSON.stringify({
    type: 'webhook.test',
    timestamp: now.toISOString(),
    data: { session, items: [] },
  } satisfies WebhookPayload);
}
