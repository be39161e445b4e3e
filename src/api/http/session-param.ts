import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import {
  DEFAULT_SESSION,
  parseSessionName,
  type SessionName,
} from '../../kernel/identifiers/session-name.js';
import { SessionNotFound } from '../../sessions/sessions.errors.js';

/** Returns the paths of a route: for the default session, and below `/sessions/{name}`. */
export function sessionRoutes(...paths: string[]): string[] {
  return [...paths, ...paths.map((path) => `sessions/:session/${path}`)];
}

/** Returns the paths of a linking route, for example `/session/qr` and `/sessions/{name}/qr`. */
export function linkRoutes(path = ''): string[] {
  return [...sessionRoutes(join('session', path)), join('sessions/:session', path)];
}

function join(...parts: string[]): string {
  return parts.filter(Boolean).join('/');
}

/**
 * Injects the name of the session in the path, or of the default session. Queries check whether it exists.
 *
 * @throws SessionNotFound if it is not a valid name
 */
export const SessionParam = createParamDecorator((_: unknown, context: ExecutionContext): SessionName => {
  const { session } = context.switchToHttp().getRequest<Request<{ session?: string }>>().params;
  if (session === undefined) return DEFAULT_SESSION;
  const name = parseSessionName(session);
  if (!name) throw new SessionNotFound(session);
  return name;
});
