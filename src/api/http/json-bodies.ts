import { json, type RequestHandler } from 'express';
import { BodyNotJson } from '../../access/access.errors.js';

/** Parses JSON bodies. Rejects other types before they are read: HTML forms of foreign pages cannot send JSON. */
export function jsonBodies(limit: string): RequestHandler {
  const parse = json({ limit });
  return (request, response, next) => {
    const { 'transfer-encoding': encoding, 'content-length': length } = request.headers;
    if (encoding === undefined && !(Number(length) > 0)) return next();
    if (!request.is('application/json')) throw new BodyNotJson(request.headers['content-type']);
    parse(request, response, next);
  };
}
