import type { RequestHandler } from 'express';
import { BodyNotJson } from './access.errors.js';

/** Takes JSON bodies alone: what a form of another page can send is refused before it is read. */
export const jsonBodiesOnly: RequestHandler = (request, _response, next) => {
  const hasBody =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length']) > 0;
  if (hasBody && !request.is('application/json')) throw new BodyNotJson(request.headers['content-type']);
  next();
};
