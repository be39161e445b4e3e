import { type ArgumentMetadata, Injectable, type PipeTransform, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { InvalidRequest } from './request.errors.js';
import { propertiesOf } from './route-input.js';
import { UnknownParameter } from './unknown-parameter.js';
import { firstMessage } from './validation.js';

/** The key of class-validator for properties without a validator. */
const UNKNOWN = 'whitelistValidation';

/** ValidationPipe removes these without an error. */
const REMOVED = ['__proto__', 'constructor', 'prototype'];

/** Validates the DTOs of handlers. Paths may contain parameters that a DTO does not have, such as the session. */
@Injectable()
export class RequestValidation implements PipeTransform {
  private readonly pipes: Partial<Record<ArgumentMetadata['type'], ValidationPipe>> = {
    query: strictPipe('query'),
    body: strictPipe('body'),
    param: new ValidationPipe({ transform: true, exceptionFactory: toInvalidRequest }),
  };

  /** @throws UnknownParameter, InvalidRequest */
  transform(value: unknown, metadata: ArgumentMetadata): unknown {
    const { type, metatype } = metadata;
    if (metatype !== Object && (type === 'body' || type === 'query')) requireObject(value, type, metatype);
    return this.pipes[type]?.transform(value, metadata) ?? value;
  }
}

function requireObject(value: unknown, place: 'query' | 'body', dto: unknown): void {
  if (Array.isArray(value))
    throw new InvalidRequest('The body is an array. Send an object, for example {"name": "sales"}.');
  const removed = REMOVED.find((name) => Object.hasOwn(value ?? {}, name));
  if (removed !== undefined) throw new UnknownParameter(place, removed, propertiesOf(dto));
}

function strictPipe(place: 'query' | 'body'): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    validationError: { target: true },
    exceptionFactory: (errors) => {
      const unknown = findUnknown(errors);
      return unknown ? new UnknownParameter(place, ...unknown) : toInvalidRequest(errors);
    },
  });
}

function toInvalidRequest(errors: ValidationError[]): InvalidRequest {
  return new InvalidRequest(firstMessage(errors));
}

/** Returns the first unknown property, also of nested objects, and the names of those that exist in its place. */
function findUnknown(errors: readonly ValidationError[]): [name: string, valid: string[]] | null {
  for (const { property, target, constraints = {}, children = [] } of errors) {
    if (UNKNOWN in constraints && target) return [property, propertiesOf(target.constructor)];
    const nested = findUnknown(children);
    if (nested) return nested;
  }
  return null;
}
