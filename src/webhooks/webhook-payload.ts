import type { ContactField } from '../contacts/contact-fields.js';
import { type ChangePayload, type ChangeReader, toChange } from '../contacts/payload/change-payload.js';
import type { ChangeRow } from '../feed/feed-reads.repository.js';

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
  reader: ChangeReader,
  rows: ChangeRow[],
  fields: readonly ContactField[] | null,
): string {
  const items = rows.map((row) => toChange(row, reader, fields));
  return JSON.stringify({
    type: 'changes',
    timestamp: items.at(-1)?.at ?? '',
    data: { session: reader.session, items },
  } satisfies WebhookPayload);
}

export function testPayload(session: string | null, now: Date): string {
  return JSON.stringify({
    type: 'webhook.test',
    timestamp: now.toISOString(),
    data: { session, items: [] },
  } satisfies WebhookPayload);
}
