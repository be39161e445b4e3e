import type { ContactDto } from '../../src/api/contacts/contact.dto.js';
import type { Address, Jid, Lid } from '../../src/kernel/identifiers/address.js';

export const EARLIER = new Date('2026-01-01T10:00:00Z');
export const LATER = new Date('2026-01-01T11:00:00Z');

/** Change: the phone has saved a contact. */
export const saved = (address: Address, fullName: string | null, firstName: string | null) => ({
  saved: [{ address, fullName, firstName }],
});

/** Change: a contact has set its push name. */
export const called = (address: Address, name: string, observedAt = EARLIER) => ({
  pushNames: [{ address, name, observedAt }],
});

/** Change: a LID–PN mapping. */
export const paired = (jid: Jid, lid: Lid, observedAt: Date | null = EARLIER) => ({
  mappings: [{ jid, lid, observedAt }],
});

/** A contact as /getcontacts returns it. */
export const shown = (jid: Jid, names: Partial<ContactDto>): ContactDto => ({
  jid,
  push_name: '',
  full_name: '',
  first_name: '',
  ...names,
});
