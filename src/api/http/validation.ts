import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { IsIn, Matches, ValidateBy, type ValidationArguments, type ValidationError } from 'class-validator';

/** Longer values are not repeated in error messages. */
const MAX_SHOWN_CHARACTERS = 100;

interface MessageOptions {
  message: (problem: ValidationArguments) => string;
}

/**
 * Options of a class-validator decorator, for messages such as
 * `Invalid limit "0": use a whole number from 1 to 1000, for example limit=100.`
 *
 * @param form completes the sentence "use …", and ends with an example
 * @param isSecret whether the message omits the value
 */
export function expected(form: string, { isSecret = false } = {}): MessageOptions {
  return {
    message: ({ property, value }) => {
      if (value === undefined || value === '') return `Missing ${property}: use ${form}.`;
      const json = JSON.stringify(value);
      const shown = isSecret || json.length > MAX_SHOWN_CHARACTERS ? '' : ` ${json}`;
      return `Invalid ${property}${shown}: use ${form}.`;
    },
  };
}

/** Accepts strings that match `pattern`. Adds the pattern to the OpenAPI document. Parameters as in `expected()`. */
export function Pattern(pattern: RegExp, form: string, options?: { isSecret: boolean }): PropertyDecorator {
  return applyDecorators(ApiProperty({ pattern: pattern.source }), Matches(pattern, expected(form, options)));
}

/** Accepts `true` and `false` in a query, where all values are strings. */
export function TrueOrFalse(example: string): PropertyDecorator {
  return IsIn(['true', 'false'], expected(`true or false, for example ${example}`));
}

const RFC_3339 = /^[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** Accepts a time with a time zone (RFC 3339). */
export function Timestamp(example: string): PropertyDecorator {
  const isTime = (value: unknown) =>
    typeof value === 'string' && RFC_3339.test(value) && !Number.isNaN(Date.parse(value));
  const form = `an RFC 3339 time, with Z or with + encoded as %2B, for example ${example}`;
  return applyDecorators(
    ApiProperty({ format: 'date-time' }),
    ValidateBy({ name: 'timestamp', validator: { validate: isTime } }, expected(form)),
  );
}

/** Returns the message of the first failed validator; undefined if all values are valid. */
export function firstMessage(errors: readonly ValidationError[]): string | undefined {
  return errors.flatMap(({ constraints }) => Object.values(constraints ?? {}))[0];
}
