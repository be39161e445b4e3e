import type { Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import { firstMessage } from '../http/validation.js';

/** Invalid for every parameter. */
const INVALID = '+';

/**
 * Returns the message of the first validator that rejects invalid parameters of a handler. Null if the handler has no
 * validated DTO.
 *
 * @param prototype of the controller
 */
export function invalidExample(prototype: object, handler: string): string | null {
  const types = (Reflect.getMetadata('design:paramtypes', prototype, handler) ?? []) as Type<object>[];
  for (const type of types) {
    const properties = getMetadataStorage()
      .getTargetValidationMetadatas(type, '', false, false)
      .map(({ propertyName }) => propertyName);
    for (const value of properties.length > 0 ? [INVALID, undefined] : []) {
      const values = Object.fromEntries(properties.map((property) => [property, value]));
      const message = firstMessage(validateSync(plainToInstance(type, values)));
      if (message) return message;
    }
  }
  return null;
}
