import type { Response } from 'express';
import type { SessionAccount } from '../../sessions/sessions.repository.js';

/** Tells whether the first sync after linking is complete; until then contacts may be missing. */
const SYNC_HEADER = 'Contacts-Sync';

/** The number after which the changes are to be read that the list does not hold. */
export const CHANGES_HEADER = 'Changes-Next';

/** Raised when answers take another form, so that nobody keeps the former one. */
const FORM = 3;

export function setSyncHeader(response: Response, synced: boolean): void {
  response.setHeader(SYNC_HEADER, synced ? 'complete' : 'partial');
}

/** Of all lists and pages of an address book: with the same version they are the same. */
export function versionOf({ id, revision, syncedAt }: SessionAccount): string {
  return [FORM, id, revision, syncedAt ? 'complete' : 'partial'].join('-');
}
