import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { type ContactSort, SORTS } from '../../contacts/read/contact-order.sql.js';
import { expected } from '../http/validation.js';
import { ContactFilter } from './contact-list.dto.js';
import { IsContactReference } from './contact-reference.js';

/** Query of `GET /contacts/index`. */
export class ContactIndexQuery extends ContactFilter {
  @IsOptional()
  @IsIn(SORTS, expected(`one of ${SORTS.join(', ')}, for example /contacts/index?sort=name`))
  sort: ContactSort = 'jid';

  /** A number, JID, LID, username or ID. `row` is its position. */
  @IsOptional()
  @IsContactReference('491701234567')
  contact?: string;
}

class InitialDto {
  @ApiProperty({ example: 'A' })
  initial: string;
  row: number;
}

/** Response of `GET /contacts/index`. Rows are counted from 0. */
export class ContactIndexDto {
  count: number;
  /** Pass each to `GET /contacts` with `limit=200`, for the contacts from row 200, 400 and so on. */
  cursors: string[];
  /** The first row of each initial, if sorted by name. `#`: no letter. */
  initials: InitialDto[];
  /** Null without `contact`, and if the list does not contain it. */
  row: number | null;
}
