import { ApiProperty, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import type { ContactListFilter } from '../../contacts/contact.sql.js';
import { type ContactSort, SORTS } from '../../contacts/read/contact-cursor.js';
import { MAX_PAGE_ITEMS, PageQuery } from '../http/page-query.dto.js';
import { expected, Pattern, TrueOrFalse } from '../http/validation.js';

/** An element of `GET /contacts`; unknown values are null. */
export class ContactSummaryDto {
  /** Opaque; stays the same for as long as the contact exists. */
  id: string;
  /** Null if only the LID is known, like `phone`. */
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
  /** Time when the picture last changed; null if the contact has none, hides it, or has not been fetched yet. */
  picture_updated_at: string | null;
  updated_at: string;
}

/** Response of `GET /contacts`; `next_cursor` is null on the last page. */
export class ContactPageDto {
  @ApiProperty({ maxItems: MAX_PAGE_ITEMS })
  items: ContactSummaryDto[];
  next_cursor: string | null;
}

const MAX_SEARCH_LENGTH = 200;
const SEARCH = expected(
  `1 to ${MAX_SEARCH_LENGTH} characters of a name or digits of a number, for example ` +
    '/contacts?search=anna or /contacts?search=0170',
);

/** Filters of lists and exports. */
export class ContactFilter {
  /** `true`: only contacts with a phone number; `false`: only contacts without. */
  @IsOptional()
  @TrueOrFalse('/contacts?has_phone=false')
  has_phone?: boolean;

  /** `true`: only contacts that are saved on the phone; `false`: only others. */
  @IsOptional()
  @TrueOrFalse('/contacts?saved=true')
  saved?: boolean;

  /** `true`: only businesses; `false`: only contacts that are not known to be a business. */
  @IsOptional()
  @TrueOrFalse('/contacts?is_business=true')
  is_business?: boolean;
}

export function toPeopleFilter(query: ContactFilter): ContactListFilter {
  const { has_phone: hasPhone = null, saved = null, is_business: isBusiness = null } = query;
  return { hasPhone, saved, isBusiness };
}

/** Query of `GET /contacts`. */
export class ListContactsQuery extends IntersectionType(ContactFilter, PageQuery) {
  /** `next_cursor` of the previous page. */
  @IsOptional()
  @Pattern(
    /^[\w-]+$/,
    'next_cursor of the previous page, or omit it for the first page, for example /contacts?limit=100',
  )
  cursor?: string;

  /**
   * Matches any name, the username or the phone number. Ignores case, accents and quotation marks; umlauts match with
   * and without `e`. Also matches a JID or LID.
   */
  @IsOptional()
  @IsString(SEARCH)
  @Matches(/\S/, SEARCH)
  @MaxLength(MAX_SEARCH_LENGTH, SEARCH)
  search?: string;

  @IsOptional()
  @IsIn(SORTS, expected(`one of ${SORTS.join(', ')}, for example /contacts?sort=name`))
  sort: ContactSort = 'jid';
}
