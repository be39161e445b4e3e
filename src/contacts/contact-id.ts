/** The prefix of an account (Account.contactIdPrefix), and the number of the contact's row. */
export const CONTACT_ID = /^c[0-9a-f]{12}-[1-9]\d{0,17}$/;

/** Returns the number of the row that a valid ID contains. Whether its prefix belongs to an account is not checked. */
export function rowNumberOf(contactId: string): string {
  return contactId.slice(contactId.indexOf('-') + 1);
}
