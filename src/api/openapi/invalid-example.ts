import type { Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';

/** Of no use as the value of any parameter. */
const NONSENSE = '+';

/**
 * What the validators of a handler's DTOs say of nonsense, as callers are told it; null when it has no such DTO.
 * @param prototype of the controller
 */
export function invalidExample(prototype: object, handler: string): string | null {
  const types = (Reflect.getMetadata('design:paramtypes', prototype, handler) ?? []) as Type<object>[];
  for (const type of types) {
    const properties = getMetadataStorage()
      .getTargetValidationMetadatas(type, '', false, false)
      .map(({ propertyName }) => propertyName);
    for (const value of properties.length > 0 ? [NONSENSE, undefined] : []) {
      const given = Object.fromEntries(properties.map((property) => [property, value]));
      const [message] = validateSync(plainToInstance(type, given)).flatMap(({ constraints }) =>
        Object.values(constraints ?? {}),
      );
      if (message) return message;
    }
  }
  return null;
}
