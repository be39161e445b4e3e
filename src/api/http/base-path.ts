import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';

/** Another host, as in `//example.com`, must not be possible. */
const PATH = /^(\/[\w~-][\w.~-]*)+$/;
const MAX_LENGTH = 200;

type Trust = (address: string | undefined, hop: number) => boolean;

/**
 * Returns the path under which a proxy publishes the service, for example `/wa`; empty if there is none. It is the
 * `X-Forwarded-Prefix` of a proxy in TRUSTED_PROXIES, which removes it from the path of the request.
 */
export function basePathOf({ app, headers, socket }: Request): string {
  const prefix = headers['x-forwarded-prefix'];
  if (typeof prefix !== 'string') return '';
  const isTrusted = (app.get('trust proxy fn') as Trust)(socket.remoteAddress, 0);
  const path = prefix.replace(/\/$/, '');
  return isTrusted && path.length <= MAX_LENGTH && PATH.test(path) ? path : '';
}

/** Injects the path under which a proxy publishes the service, see basePathOf(). */
export const BasePath = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  basePathOf(context.switchToHttp().getRequest<Request>()),
);
