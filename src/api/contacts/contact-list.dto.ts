import { IsIn, IsOptional, IsString, Matches, MaxLength, type ValidationArguments } from 'class-validator';
import type { ContactListFilter } from '../../contacts/contact.sql.js';
import { type ContactSort, SORTS } from '../../contacts/read/contact-cursor.js';

/** One entry of `GET /contacts`; null where nothing is known. */
export class ContactSummaryDto {
  /** Opaque; the same for as long as the person is one contact. */
  id: string;
  /** Null, like `phone`, while only the LID is known. */
  jid: string | null;
  phone: string | null;
  lid: string | null;
  username: string | null;
  push_name: string | null;
  full_name: string | null;
  first_name: string | null;
  business_name: string | null;
  is_business: boolean | null;
  saved: boolean;
  /** When the picture was last changed; null: none, hidden or unknown. */
  picture_updated_at: string | null;
  updated_at: string;
}

/** The answer of `GET /contacts`; `next_cursor` is null on the last page. */
export class ContactPageDto {
  items: ContactSummaryDto[];
  next_cursor: string | null;
}

const MAX_SEARCH_LENGTH = 200;

function explain(rightForm: string): (problem: ValidationArguments) => string {
  return ({ property, value }) => {
    const given = Array.isArray(value) ? `given ${value.length} times` : JSON.stringify(value);
    return `${property} is ${given}; it must be ${rightForm}.`;
  };
}

const LIMIT = {
  message: explain('given once, a whole number from 1 to 1000, for example /contacts?limit=100'),
};
const CURSOR = {
  message: explain(
    'given once, next_cursor of the answer before; leave it out for the first page, as in /contacts',
  ),
};
const SEARCH = {
  message: explain(
    `given once, 1 to ${MAX_SEARCH_LENGTH} characters of a name or digits of a number, for example ` +
      '/contacts?search=anna or /contacts?search=0170',
  ),
};
const SORT = { message: explain(`one of ${SORTS.join(', ')}, given once, for example /contacts?sort=name`) };

function trueOrFalse(example: string): { message: (problem: ValidationArguments) => string } {
  return { message: explain(`true or false, given once, for example ${example}`) };
}

/** What lists and exports have in common. */
export class ContactFilter {
  /** Only people whose number is known, or only those whose is not. */
  @IsOptional()
  @IsIn(['true', 'false'], trueOrFalse('/contacts?has_phone=false'))
  has_phone?: 'true' | 'false';

  /** Only people who stand in the phone's address book, or only others. */
  @IsOptional()
  @IsIn(['true', 'false'], trueOrFalse('/contacts?saved=true'))
  saved?: 'true' | 'false';

  /** Only businesses, or only who is not known to be one. */
  @IsOptional()
  @IsIn(['true', 'false'], trueOrFalse('/contacts?is_business=true'))
  is_business?: 'true' | 'false';
}

export function toPeopleFilter(query: ContactFilter): ContactListFilter {
  const of = (value: 'true' | 'false' | undefined) => (value === undefined ? null : value === 'true');
  return { hasPhone: of(query.has_phone), saved: of(query.saved), isBusiness: of(query.is_business) };
}

/** The query of `GET /contacts`. */
export class ListContactsQuery extends ContactFilter {
  @IsOptional()
  @IsString(LIMIT)
  @Matches(/^([1-9]\d{0,2}|1000)$/, LIMIT)
  limit = '100';

  @IsOptional()
  @IsString(CURSOR)
  @Matches(/^[\w-]+$/, CURSOR)
  cursor?: string;

  @IsOptional()
  @IsString(SEARCH)
  @Matches(/\S/, SEARCH)
  @MaxLength(MAX_SEARCH_LENGTH, SEARCH)
  search?: string;

  @IsOptional()
  @IsIn(SORTS, SORT)
  sort: ContactSort = 'jid';
}

/** The query of `GET /contacts.vcf`. */
export class VcardQuery extends ContactFilter {
  @IsOptional()
  @IsIn(['true', 'false'], trueOrFalse('/contacts.vcf?photo=true'))
  photo: 'true' | 'false' = 'false';
}
