import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ValidateBy, type ValidationArguments } from 'class-validator';
import { similarName } from './similar-name.js';

/** Longer names are not repeated in error messages. */
const MAX_SHOWN_CHARACTERS = 100;

interface NameListOptions {
  /** Singular, for error messages. */
  noun: string;
  /** A valid list, for error messages. */
  example: string;
}

/** Accepts a list of these names in a body, each once. */
export function NameList(names: readonly string[], options: NameListOptions): PropertyDecorator {
  const problemOf = (value: unknown, property: string) => findProblem(value, property, { ...options, names });
  return ValidateBy({
    name: 'nameList',
    validator: {
      validate: (value, args) => problemOf(value, args?.property ?? '') === null,
      defaultMessage: (args) => problemOf(args?.value, (args as ValidationArguments).property) ?? '',
    },
  });
}

/** Accepts a list of these names in a query, separated by commas. */
export function NameListQuery(names: readonly string[], options: NameListOptions): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'array', items: { type: 'string', enum: [...names] }, maxItems: names.length }),
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && value ? value.split(',') : value,
    ),
    NameList(names, options),
  );
}

function findProblem(
  value: unknown,
  property: string,
  { noun, example, names }: NameListOptions & { names: readonly string[] },
): string | null {
  const use = `use a list of ${names.join(', ')}, each once, or omit ${property} for all, for example ${example}.`;
  if (!Array.isArray(value) || value.length === 0 || value.some((name) => typeof name !== 'string'))
    return `Invalid ${property}: ${use}`;
  const list = value as string[];
  const unknown = list.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const shown = JSON.stringify(unknown.slice(0, MAX_SHOWN_CHARACTERS));
    const similar = similarName(unknown.slice(0, MAX_SHOWN_CHARACTERS), names);
    return `Unknown ${noun} ${shown} in ${property}: ${similar ? `did you mean ${similar}? Otherwise, ` : ''}${use}`;
  }
  return new Set(list).size < list.length ? `Duplicate ${noun} in ${property}: ${use}` : null;
}
