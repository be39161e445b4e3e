/** Whether the names saved under the number are shown; otherwise those saved under the LID are. */
const SAVED_UNDER_NUMBER = 'num_nonnulls(c.full_name, c.first_name) > 0';

/** Saved names of row `c`, or null. */
export const FULL_NAME = `CASE WHEN ${SAVED_UNDER_NUMBER} THEN c.full_name ELSE c.lid_full_name END`;
export const FIRST_NAME = `CASE WHEN ${SAVED_UNDER_NUMBER} THEN c.first_name ELSE c.lid_first_name END`;

/** Whether row `c` has a name of any kind. Must equal the condition of the partial indexes of `contact`. */
export const HAS_NAME = `num_nonnulls(c.push_name, c.full_name, c.first_name, c.lid_full_name, c.lid_first_name,
  c.business_name, c.username) > 0`;

/** Sort key of lists: the number, or the LID of contacts without one. Must equal the indexes of `contact`. */
export const ADDRESS = 'coalesce(c.jid, c.lid)';

/**
 * The ID of a contact in the API. Opaque for callers.
 *
 * @param accountId SQL expression
 * @param number SQL expression: `id` of the contact
 */
export function contactId(accountId: string, number: string): string {
  return `(SELECT contact_id_prefix FROM account WHERE id = ${accountId}) || ${number}`;
}

/** Whether row `c` is saved in the phone's address book, under the number or the LID. */
export const SAVED = '(c.saved OR c.lid_saved)';

/** Whether the new form of the about text is shown: it was set later, or one of the times is unknown. */
const HAS_TEXT_STATUS = `(c.text_status IS NOT NULL AND (c.text_status_set_at < c.about_set_at) IS NOT TRUE)`;
const HAS_EXPIRED = '(c.text_status_expires_at <= now()) IS TRUE';

/** The about text that is shown. Empty after it has expired. */
export const ABOUT = `CASE WHEN NOT ${HAS_TEXT_STATUS} THEN c.about WHEN ${HAS_EXPIRED} THEN '' ELSE c.text_status END`;

/** The about columns of a ContactRow. */
export const ABOUT_COLUMNS = `${ABOUT} AS about,
  CASE WHEN ${HAS_TEXT_STATUS} THEN 'known' ELSE c.about_state END AS about_state,
  CASE WHEN ${HAS_TEXT_STATUS} THEN c.text_status_set_at ELSE c.about_set_at END AS about_set_at,
  CASE WHEN ${HAS_TEXT_STATUS} AND NOT ${HAS_EXPIRED} THEN c.text_status_emoji END AS about_emoji,
  CASE WHEN ${HAS_TEXT_STATUS} AND NOT ${HAS_EXPIRED} THEN c.text_status_expires_at END AS about_expires_at`;
