import { validateHeaderName, validateHeaderValue } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy } from 'class-validator';
import { expected } from '../http/validation.js';

const MAX_HEADERS = 20;
/** Of all names and values. */
const MAX_CHARACTERS = 8_000;

/** Headers that the service sets, and headers that concern one connection (RFC 9110, 7.6.1). */
const RESERVED_NAMES =
  /^(connection|expect|host|http2-settings|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;
const RESERVED_PREFIXES = /^(content|proxy|webhook)-/i;

const FORM =
  `an object with up to ${MAX_HEADERS} headers and ${MAX_CHARACTERS} characters in total, without Host, Expect, ` +
  'Connection and other connection headers, Content-*, Proxy-* and webhook-*, for example ' +
  '{"headers": {"Authorization": "Bearer …"}}';

/** Accepts headers that can be added to a delivery. Messages do not repeat the values, because they are secret. */
export function IsWebhookHeaders(): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, maxProperties: MAX_HEADERS }),
    ValidateBy(
      { name: 'isWebhookHeaders', validator: { validate: isWebhookHeaders } },
      expected(FORM, { isSecret: true }),
    ),
  );
}

/** Whether a value is an object with headers that can be added to a delivery. */
export function isWebhookHeaders(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const headers = Object.entries(value);
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const characters = headers.reduce((sum, [name, text]) => sum + name.length + String(text).length, 0);
  return (
    headers.length <= MAX_HEADERS &&
    names.size === headers.length &&
    characters <= MAX_CHARACTERS &&
    headers.every(([name, text]) => isAllowed(name) && isHeader(name, text))
  );
}

function isAllowed(name: string): boolean {
  return !RESERVED_NAMES.test(name) && !RESERVED_PREFIXES.test(name);
}

function isHeader(name: string, text: unknown): boolean {
  if (typeof text !== 'string' || text !== text.trim()) return false;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, text);
    return true;
  } catch {
    return false;
  }
}
