import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { Matches } from 'class-validator';
import { isNational, parseTypedNumber } from '../../contacts/search/typed-number.js';
import { expected } from './validation.js';

/** Longer texts are not parsed. */
const MAX_LENGTH = 100;

const WITH_COUNTRY_CODE = expected(
  'the country code in place of the leading 0, for example 491701234567 or +49 170 1234567',
);

/**
 * Accepts a phone number in any form that people and programs write, and replaces it with its digits.
 *
 * @param stored pattern of the value that the handler receives
 * @param form as in expected()
 * @param parse returns null if the text is invalid
 */
export function PhoneParameter(
  stored: RegExp,
  form: string,
  parse: (text: string) => string | null = parseTypedNumber,
): PropertyDecorator {
  const { message } = expected(form);
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => {
      if (typeof value !== 'string' || value.length > MAX_LENGTH || stored.test(value)) return value;
      return parse(value) ?? value;
    }),
    Matches(stored, {
      message: (problem) => {
        const { value } = problem as { value: unknown };
        return typeof value === 'string' && isNational(value)
          ? WITH_COUNTRY_CODE.message(problem)
          : message(problem);
      },
    }),
  );
}
