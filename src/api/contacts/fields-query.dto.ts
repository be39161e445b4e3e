import { IsOptional } from 'class-validator';
import { CONTACT_FIELDS, type ContactField } from '../../contacts/contact-fields.js';
import { NameListQuery } from '../http/name-list.js';

/** Query of routes that return contacts. */
export class FieldsQuery {
  /** Fields of contacts to return, separated by commas. Default: all fields. */
  @IsOptional()
  @NameListQuery(CONTACT_FIELDS, { noun: 'field', example: 'fields=jid,push_name' })
  fields?: ContactField[];
}
