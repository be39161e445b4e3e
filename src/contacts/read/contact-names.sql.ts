/** A record under the number goes before one under the LID; a nameless record before none. */
const SAVED_UNDER_NUMBER = 'num_nonnulls(c.full_name, c.first_name) > 0';

/** The saved names of row `c`; null where there is none. */
export const FULL_NAME = `CASE WHEN ${SAVED_UNDER_NUMBER} THEN c.full_name ELSE c.lid_full_name END`;
export const FIRST_NAME = `CASE WHEN ${SAVED_UNDER_NUMBER} THEN c.first_name ELSE c.lid_first_name END`;

/** Has a name of any kind; word for word as in the partial indexes of `contact`. */
export const HAS_NAME =
  'num_nonnulls(c.push_name, c.full_name, c.first_name, c.lid_full_name, c.lid_first_name, c.business_name) > 0';
