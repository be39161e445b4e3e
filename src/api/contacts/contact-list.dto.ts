import { ApiProperty, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import type { ContactListFilter } from '../../contacts/read/contact-filter.sql.js';
import { type ContactSort, SORTS } from '../../contacts/read/contact-order.sql.js';
import { MAX_PAGE_ITEMS, PageQuery } from '../http/page-query.dto.js';
import { expected, Pattern, Timestamp, TrueOrFalse } from '../http/validation.js';
import { ContactDetailsDto } from './contact-details.dto.js';
import { ContactIds } from './contact-ids.js';
import { FieldsQuery } from './fields-query.dto.js';

/** Response of `GET /contacts`; `next_cursor` is null on the last page. */
export class ContactPageDto {
  @ApiProperty({ maxItems: MAX_PAGE_ITEMS })
  items: ContactDetailsDto[];
  next_cursor: string | null;
}

const MAX_SEARCH_LENGTH = 200;
const SEARCH = expected(
  `1 to ${MAX_SEARCH_LENGTH} characters of a name or digits of a number, for example ` +
    '/contacts?search=anna or /contacts?search=0170',
);

/** Response of `GET /contacts/count`. */
export class ContactCountDto {
  count: number;
}

/** Filters of lists, counts and exports. */
export class ContactFilter {
  /**
   * Matches any name, the username or the phone number. Ignores case, accents and quotation marks; umlauts match with
   * and without `e`. Also matches a JID or LID.
   */
  @IsOptional()
  @IsString(SEARCH)
  @Matches(/\S/, SEARCH)
  @MaxLength(MAX_SEARCH_LENGTH, SEARCH)
  search?: string;

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

  /** Only contacts that changed at or after this time. Does not return deleted contacts; `GET /changes` does. */
  @IsOptional()
  @Timestamp('updated_since=2026-01-01T10:00:00Z')
  updated_since?: string;

  /** Only the contacts with these IDs, separated by commas. */
  @IsOptional()
  @ContactIds()
  ids?: string[];
}

export function toPeopleFilter(query: ContactFilter): ContactListFilter {
  const {
    search = null,
    has_phone: hasPhone = null,
    saved = null,
    is_business: isBusiness = null,
    ids = null,
  } = query;
  const updatedSince = query.updated_since === undefined ? null : new Date(query.updated_since).toISOString();
  return { search, hasPhone, saved, isBusiness, updatedSince, ids };
}

/** Query of `GET /contacts`. */
export class ListContactsQuery extends IntersectionType(ContactFilter, FieldsQuery, PageQuery) {
  /** `next_cursor` of the previous page. Repeat its `sort` and filters. */
  @IsOptional()
  @Pattern(
    /^[\w-]+$/,
    'next_cursor of the previous page, or omit it for the first page, for example /contacts?limit=100',
  )
  cursor?: string;

  @IsOptional()
  @IsIn(SORTS, expected(`one of ${SORTS.join(', ')}, for example /contacts?sort=name`))
  sort: ContactSort = 'jid';
}

/** Query of `GET /contacts.ndjson`. */
export class NdjsonQuery extends IntersectionType(ContactFilter, FieldsQuery) {}
