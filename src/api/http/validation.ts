import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  IsBoolean,
  IsInt,
  Matches,
  ValidateBy,
  type ValidationArguments,
  type ValidationError,
} from 'class-validator';

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

/**
 * Accepts strings that match `pattern`. Parameters as in `expected()`. Adds the pattern to the OpenAPI document, unless
 * it needs the flag `u`: generated clients compile patterns without flags, and many languages have no `\p{…}`.
 */
export function Pattern(pattern: RegExp, form: string, options?: { isSecret: boolean }): PropertyDecorator {
  const documented = pattern.unicode ? {} : { pattern: pattern.source };
  return applyDecorators(ApiProperty(documented), Matches(pattern, expected(form, options)));
}

/** Converts a query parameter that is `true` or `false` to a boolean. Other values are invalid. */
export function TrueOrFalse(example: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'boolean' }),
    Transform(({ value }: { value: unknown }) =>
      value === 'true' ? true : value === 'false' ? false : value,
    ),
    IsBoolean(expected(`true or false, for example ${example}`)),
  );
}

/** The integers that a parameter accepts. */
export interface IntegerRange {
  minimum: number;
  maximum: number;
  /** Needs more than 32 bits. */
  format?: 'int64';
}

/** Converts a query parameter that is an integer in decimal digits to a number. Other values are invalid. */
export function WholeNumber(range: IntegerRange, form: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'integer', ...range }),
    Transform(({ value }: { value: unknown }) => parseInteger(value, range) ?? value),
    IsInt(expected(form)),
  );
}

/** Reads an integer without sign, leading zeros, fraction or exponent. Returns null for everything else. */
export function parseInteger(text: unknown, { minimum, maximum }: IntegerRange): number | null {
  if (typeof text !== 'string' || !/^(0|[1-9]\d*)$/.test(text)) return null;
  const value = Number(text);
  return value >= minimum && value <= maximum ? value : null;
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
