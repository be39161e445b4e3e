/** The fields of a contact in the API, in changes and in webhooks. */
export const CONTACT_FIELDS = [
  'id',
  'jid',
  'phone',
  'lid',
  'username',
  'push_name',
  'full_name',
  'first_name',
  'business_name',
  'is_business',
  'about',
  'picture',
  'identity_key',
  'saved',
  'moved_to',
  'moved_from',
  'updated_at',
] as const;

export type ContactField = (typeof CONTACT_FIELDS)[number];

/** Returns an object with only these fields, in their order. Undefined and null select all. */
export function selectFields<Contact extends object>(
  contact: Contact,
  fields: readonly (keyof Contact)[] | null | undefined,
): Partial<Contact> {
  if (!fields) return contact;
  const selected: Partial<Contact> = {};
  for (const field of fields) selected[field] = contact[field];
  return selected;
}
