import { PayloadTooLargeException } from '@nestjs/common';
import { json, type RequestHandler } from 'express';
import { BodyNotJson } from '../../access/access.errors.js';
import { requirePlainJson } from './plain-json.js';
import { InvalidRequest } from './request.errors.js';

/** An error of Express' body parser. */
interface BodyError extends Error {
  type?: string;
  /** The text that is not JSON. */
  body?: string;
}

/**
 * Parses JSON bodies. Rejects other types before they are read: HTML forms of foreign pages cannot send JSON.
 *
 * @param limit maximum size in bytes
 */
export function jsonBodies(limit: number): RequestHandler {
  const parse = json({ limit });
  return (request, response, next) => {
    const { 'transfer-encoding': encoding, 'content-length': length } = request.headers;
    if (encoding === undefined && !(Number(length) > 0)) return next();
    if (!request.is('application/json')) throw new BodyNotJson(request.headers['content-type']);
    parse(request, response, (error?: unknown) => {
      if (error) return next(explained(error as BodyError, limit));
      try {
        requirePlainJson(request.body);
        next();
      } catch (problem) {
        next(problem);
      }
    });
  };
}

function explained(error: BodyError, limit: number): Error {
  switch (error.type) {
    case 'entity.parse.failed':
      return new InvalidRequest(
        `The body is not valid JSON: ${withLine(error)}. Send an object, for example {"name": "sales"}.`,
      );
    case 'entity.too.large':
      return new PayloadTooLargeException(`The body has more than ${limit} bytes. Send a smaller one.`);
    default:
      return error;
  }
}

/** Adds the line and column to a message of JSON.parse() that contains only the position. */
function withLine({ message, body = '' }: BodyError): string {
  const [, position] = /at position (\d+)$/.exec(message) ?? [];
  if (position === undefined) return message;
  const lines = body.slice(0, Number(position)).split('\n');
  return `${message} (line ${lines.length} column ${lines.at(-1)!.length + 1})`;
}
