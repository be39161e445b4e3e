import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import {
  DEFAULT_SESSION,
  parseSessionName,
  type SessionName,
} from '../../kernel/identifiers/session-name.js';
import { SessionNotFound } from '../../sessions/sessions.errors.js';

/** The paths of a route: the plain one, which is the default session's, and the one below `/sessions/{name}`. */
export function sessionRoutes(...paths: string[]): string[] {
  return [...paths, ...paths.map((path) => `sessions/:session/${path}`)];
}

/** The same for what belongs to linking: `/session/qr` and `/sessions/{name}/qr`. */
export function linkRoutes(path = ''): string[] {
  return [...sessionRoutes(join('session', path)), join('sessions/:session', path)];
}

function join(...parts: string[]): string {
  return parts.filter(Boolean).join('/');
}

/**
 * The session that a request is about. Whether it exists, the statement tells that reads or writes it.
 * @throws SessionNotFound for what cannot be a name
 */
export const SessionParam = createParamDecorator((_: unknown, context: ExecutionContext): SessionName => {
  const { session } = context.switchToHttp().getRequest<Request<{ session?: string }>>().params;
  if (session === undefined) return DEFAULT_SESSION;
  const name = parseSessionName(session);
  if (!name) throw new SessionNotFound(session);
  return name;
});
