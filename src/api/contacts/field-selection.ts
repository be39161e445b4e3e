import { applyDecorators } from '@nestjs/common';
import { ArrayNotEmpty, ArrayUnique, IsArray, IsIn } from 'class-validator';
import type { ContactPayload } from '../../contacts/payload/contact-payload.js';
import { expected } from '../http/validation.js';

/** The fields of a contact that callers can select. The type rejects a list that lacks one. */
export const CONTACT_FIELDS = Object.keys({
  id: true,
  jid: true,
  phone: true,
  lid: true,
  username: true,
  push_name: true,
  full_name: true,
  first_name: true,
  business_name: true,
  is_business: true,
  about: true,
  picture: true,
  identity_key: true,
  saved: true,
  moved_to: true,
  moved_from: true,
  updated_at: true,
} satisfies Record<keyof ContactPayload, true>) as ContactField[];

export type ContactField = keyof ContactPayload;

/**
 * Accepts a list of fields in a body.
 *
 * @param example of a list, for error messages
 */
export function ContactFields(example: string): PropertyDecorator {
  const options = expected(
    `a list of ${CONTACT_FIELDS.join(', ')}, each once, or omit it for all fields, for example ${example}`,
  );
  return applyDecorators(
    IsArray(options),
    ArrayNotEmpty(options),
    ArrayUnique(options),
    IsIn(CONTACT_FIELDS, { ...options, each: true }),
  );
}

/** Returns an object with only these fields, in their order. Undefined selects all. */
export function selectFields<Contact extends object>(
  contact: Contact,
  fields: readonly (keyof Contact)[] | undefined,
): Partial<Contact> {
  if (!fields) return contact;
  const selected: Partial<Contact> = {};
  for (const field of fields) selected[field] = contact[field];
  return selected;
}
