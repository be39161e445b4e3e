import { CONTACT_FIELDS } from '../../contacts/contact-fields.js';
import { NameList } from '../http/name-list.js';

/**
 * Accepts a list of fields of a contact in a body.
 *
 * @param example of a list, for error messages
 */
export function ContactFields(example: string): PropertyDecorator {
  return NameList(CONTACT_FIELDS, { noun: 'field', example });
}
