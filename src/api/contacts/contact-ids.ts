import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, Matches } from 'class-validator';
import { CONTACT_ID } from '../../contacts/contact-id.js';
import { expected } from '../http/validation.js';

/** Many proxies accept URLs of up to 8 kB. */
const MAX_IDS = 300;

const IDS = expected(
  `a list of up to ${MAX_IDS} IDs of contacts, separated by commas, for example ids=c5f0c9b1d2e3a-1842`,
);

/** Accepts a list of IDs of contacts in a query, separated by commas. */
export function ContactIds(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({
      type: 'array',
      items: { type: 'string', pattern: CONTACT_ID.source },
      minItems: 1,
      maxItems: MAX_IDS,
    }),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && value ? value.split(',') : value,
    ),
    IsArray(IDS),
    ArrayMinSize(1, IDS),
    ArrayMaxSize(MAX_IDS, IDS),
    Matches(CONTACT_ID, { ...IDS, each: true }),
  );
}
