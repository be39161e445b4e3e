import { IsOptional } from 'class-validator';
import { Pattern } from './validation.js';

/** The query of lists that are returned in pages. */
export class PageQuery {
  @IsOptional()
  @Pattern(/^([1-9]\d{0,2}|1000)$/, 'one whole number from 1 to 1000, for example limit=100')
  limit = '100';
}
