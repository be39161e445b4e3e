import type { ContactDetails } from '../api/types.js';
import { t } from '../i18n/language.js';

type Named = Pick<
  ContactDetails,
  'full_name' | 'first_name' | 'push_name' | 'business_name' | 'username' | 'phone' | 'lid'
>;

/** The name to show, in the order in which lists are sorted. */
export function nameOf(contact: Named): string {
  const { full_name: full, first_name: first, push_name: push, business_name: business, username } = contact;
  return full ?? first ?? push ?? business ?? (username && `@${username}`) ?? t.contacts.noName;
}

/** The name that the person chose, where another one is shown. */
export function otherNameOf(contact: Named): string | null {
  const { push_name: push } = contact;
  return push !== null && push !== nameOf(contact) ? push : null;
}

/** Returns the identifier of a contact for requests. */
export function addressOf({ phone, lid }: Pick<ContactDetails, 'phone' | 'lid'>): string {
  return phone ?? lid ?? '';
}

export function picturePathOf(session: string, contact: Pick<ContactDetails, 'phone' | 'lid'>): string {
  return `sessions/${session}/contacts/${addressOf(contact)}/picture`;
}
