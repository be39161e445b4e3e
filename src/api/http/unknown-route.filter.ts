import { type ArgumentsHost, Catch, type ExceptionFilter, NotFoundException } from '@nestjs/common';
import type { Request, Response } from 'express';
import { allowedMethods } from './allowed-methods.js';
import { MethodNotAllowed } from './http.errors.js';

const MAX_SHOWN_CHARACTERS = 200;

/** Responds to requests that no route handles. */
@Catch(NotFoundException)
export class UnknownRouteFilter implements ExceptionFilter {
  /** @param errors sends the error */
  constructor(private readonly errors: ExceptionFilter) {}

  catch(error: NotFoundException, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const { method, path } = request;
    const allowed = allowedMethods(request);
    if (allowed.length === 0) {
      const shown = path.slice(0, MAX_SHOWN_CHARACTERS);
      this.errors.catch(
        new NotFoundException(`No route has the path ${shown}. /api-docs lists all routes.`),
        host,
      );
    } else if (method === 'OPTIONS') {
      host.switchToHttp().getResponse<Response>().status(204).set('Allow', allowed.join(', ')).end();
    } else {
      const isFromHandler = allowed.includes(method);
      this.errors.catch(isFromHandler ? error : new MethodNotAllowed(method, allowed), host);
    }
  }
}
