import { json, type RequestHandler } from 'express';
import { BodyNotJson } from '../../access/access.errors.js';

/** Reads JSON bodies, and no others: what a form of another page can send is refused before it is read. */
export function jsonBodies(limit: string): RequestHandler {
  const parse = json({ limit });
  return (request, response, next) => {
    const { 'transfer-encoding': encoding, 'content-length': length } = request.headers;
    if (encoding === undefined && !(Number(length) > 0)) return next();
    if (!request.is('application/json')) throw new BodyNotJson(request.headers['content-type']);
    parse(request, response, next);
  };
}
