import type { Address, Jid, Lid } from '../../src/kernel/identifiers/address.js';
import type { ContactDto } from '../../src/api/contacts/contact.dto.js';

export const EARLIER = new Date('2026-01-01T10:00:00Z');
export const LATER = new Date('2026-01-01T11:00:00Z');

/** The phone has saved a person. */
export const saved = (address: Address, fullName: string | null, firstName: string | null) => ({
  saved: [{ address, fullName, firstName }],
});

/** A person has called himself so. */
export const called = (address: Address, name: string, observedAt = EARLIER) => ({
  pushNames: [{ address, name, observedAt }],
});

/** Number and LID are one person's. */
export const paired = (jid: Jid, lid: Lid, observedAt: Date | null = EARLIER) => ({
  mappings: [{ jid, lid, observedAt }],
});

/** How a contact is listed. */
export const shown = (jid: Jid, names: Partial<ContactDto>): ContactDto => ({
  jid,
  push_name: '',
  full_name: '',
  first_name: '',
  ...names,
});
