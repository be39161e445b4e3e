import { ApiProperty, PartialType } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsOptional } from 'class-validator';
import type { ContactField } from '../../contacts/contact-fields.js';
import { expected } from '../http/validation.js';
import { ContactDetailsDto } from './contact-details.dto.js';
import { ContactFields } from './field-selection.js';
import { ChecksDto, NumberCheckDto } from './number-checks.dto.js';

const MAX_ENTRIES = 1_000;
const CONTACTS = expected(
  `a list of 1 to ${MAX_ENTRIES} numbers, JIDs, LIDs, usernames or ids, for example ` +
    '{"contacts": ["491701234567", "123456789012345@lid", "@anna"]}',
);

/** The body of `POST /contacts/lookup`. */
export class LookUpContactsRequest {
  /** 1 to 1,000 numbers, JIDs, LIDs, usernames after `@`, or IDs. */
  @IsArray(CONTACTS)
  @ArrayMinSize(1, CONTACTS)
  @ArrayMaxSize(MAX_ENTRIES, CONTACTS)
  @ApiProperty({ maxItems: MAX_ENTRIES })
  contacts: string[];

  /** The fields of each contact in the response; all if omitted. */
  @IsOptional()
  @ContactFields('{"fields": ["id", "full_name"]}')
  fields?: ContactField[];

  /**
   * Queries WhatsApp for whether numbers are registered that are not contacts, within a daily quota. Requires the scope
   * `contacts:check` as well. Checks can get the account banned, see docs/number-checks.md.
   */
  @IsOptional()
  @IsBoolean(expected('true or false, for example {"check": true}'))
  check?: boolean;
}

/** The requested fields of a contact. */
export class SelectedContactDto extends PartialType(ContactDetailsDto) {}

/** The contact of one entry. */
export class LookedUpContactDto {
  /** The entry as it was requested. */
  query: string;
  /** Null if there is no such contact. */
  contact: SelectedContactDto | null;
  /** Only with `check`. Null for contacts, and for entries that are not phone numbers. */
  @ApiProperty({ type: NumberCheckDto, nullable: true, required: false })
  check?: NumberCheckDto | null;
}

/** The response of `POST /contacts/lookup`: one item per entry, in the same order. */
export class LookedUpContactsDto {
  items: LookedUpContactDto[];
  /** Only with `check`. */
  checks?: ChecksDto;
}
