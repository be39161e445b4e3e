import { IsOptional } from 'class-validator';
import { WholeNumber } from './validation.js';

export const MAX_PAGE_ITEMS = 1_000;

/** The query of lists that are returned in pages. */
export class PageQuery {
  @IsOptional()
  @WholeNumber(
    { minimum: 1, maximum: MAX_PAGE_ITEMS },
    `one whole number from 1 to ${MAX_PAGE_ITEMS}, for example limit=100`,
  )
  limit = 100;
}
