import type { Response } from 'express';
import type { SessionAccount } from '../../sessions/sessions.repository.js';

/** Position in the feed from which a client follows the changes that the list does not contain. */
export const CHANGES_HEADER = 'Changes-Next';

/** Part of every ETag. Increase it when the format of a response changes, so that cached responses expire. */
const FORMAT_VERSION = 5;

/** Sets `Contacts-Sync`. Contacts may be missing until the first sync after linking is complete. */
export function setSyncHeader(response: Response, isSynced: boolean): void {
  response.setHeader('Contacts-Sync', isSynced ? 'complete' : 'partial');
}

/**
 * Returns a version for the ETag. Lists and pages of an account do not change while it stays the same.
 *
 * @param lastExpiry when an about last expired, if the list contains abouts
 */
export function versionOf(
  { id, revision, syncedAt }: SessionAccount,
  lastExpiry: Date | null = null,
): string {
  const parts = [FORMAT_VERSION, id, revision, syncedAt ? 'complete' : 'partial'];
  return [...parts, ...(lastExpiry ? [lastExpiry.getTime()] : [])].join('-');
}
