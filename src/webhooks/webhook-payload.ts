import { toChange } from '../contacts/payload/change-payload.js';
import type { ChangeRow } from '../feed/feed-reads.repository.js';
import { pathPrefixOf, type SessionName } from '../kernel/identifiers/session-name.js';
import type { WebhookPayloadDto } from '../api/webhooks/webhook-payload.dto.js';

/** What a delivery says; the same changes make the same text. */
export function changesPayload(session: SessionName, rows: ChangeRow[]): string {
  const items = rows.map((row) => toChange(row, pathPrefixOf(session)));
  return JSON.stringify({
    type: 'changes',
    timestamp: items.at(-1)?.at ?? '',
    data: { session, items },
  } satisfies WebhookPayloadDto);
}

export function testPayload(session: string | null, now: Date): string {
  return JSON.stringify({
    type: 'webhook.test',
    timestamp: now.toISOString(),
    data: { session, items: [] },
  } satisfies WebhookPayloadDto);
}
