/** A record under the number goes before one under the LID; a nameless record before none. */
const SAVED_UNDER_NUMBER = 'num_nonnulls(c.full_name, c.first_name) > 0';

/** The saved names of row `c`; null where there is none. */
export const FULL_NAME = `CASE WHEN ${SAVED_UNDER_NUMBER} THEN c.full_name ELSE c.lid_full_name END`;
export const FIRST_NAME = `CASE WHEN ${SAVED_UNDER_NUMBER} THEN c.first_name ELSE c.lid_first_name END`;

/** Has a name of any kind; word for word as in the partial indexes of `contact`. */
export const HAS_NAME =
  'num_nonnulls(c.push_name, c.full_name, c.first_name, c.lid_full_name, c.lid_first_name, c.business_name, c.username) > 0';

/** By which people are listed: the number, or the LID while no number is known. As in the indexes of `contact`. */
export const ADDRESS = 'coalesce(c.jid, c.lid)';

/** Whether row `c` stands in the phone's address book, under the number or the LID. */
export const SAVED = '(c.saved OR c.lid_saved)';

/** Which people a list or an export holds; null where it is all the same. */
export interface ContactListFilter {
  /** Whether the number is known. */
  hasPhone: boolean | null;
  saved: boolean | null;
  /** False: also who is not known to be one. */
  isBusiness: boolean | null;
}

export const ALL_CONTACTS: ContactListFilter = { hasPhone: null, saved: null, isBusiness: null };

/** The conditions of a filter on row `c`. */
export function conditionsOf({ hasPhone, saved, isBusiness }: ContactListFilter): string[] {
  return [
    ...(hasPhone === null ? [] : [`c.jid IS ${hasPhone ? 'NOT NULL' : 'NULL'}`]),
    ...(saved === null ? [] : [`${SAVED} IS ${saved}`]),
    ...(isBusiness === null ? [] : [`c.is_business IS ${isBusiness ? '' : 'NOT '}TRUE`]),
  ];
}

/** Of the two forms of the about the one set later is shown, the new one where the old one does not say when. */
const HAS_TEXT_STATUS = `(c.text_status IS NOT NULL AND (c.text_status_set_at < c.about_set_at) IS NOT TRUE)`;
const HAS_EXPIRED = '(c.text_status_expires_at <= now()) IS TRUE';

/** The about text that is shown; one that has expired is none. */
export const ABOUT = `CASE WHEN NOT ${HAS_TEXT_STATUS} THEN c.about WHEN ${HAS_EXPIRED} THEN '' ELSE c.text_status END`;

/** The same with what belongs to it. */
export const ABOUT_COLUMNS = `${ABOUT} AS about,
  CASE WHEN ${HAS_TEXT_STATUS} THEN 'known' ELSE c.about_state END AS about_state,
  CASE WHEN ${HAS_TEXT_STATUS} THEN c.text_status_set_at ELSE c.about_set_at END AS about_set_at,
  CASE WHEN ${HAS_TEXT_STATUS} AND NOT ${HAS_EXPIRED} THEN c.text_status_emoji END AS about_emoji,
  CASE WHEN ${HAS_TEXT_STATUS} AND NOT ${HAS_EXPIRED} THEN c.text_status_expires_at END AS about_expires_at`;
