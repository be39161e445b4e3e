/** Permissions of a key. `admin` includes all others. */
export const SCOPES = [
  'contacts:read',
  'contacts:export',
  'contacts:check',
  'session:read',
  'session:link',
  'metrics:read',
  'webhooks:manage',
  'admin',
] as const;

export type Scope = (typeof SCOPES)[number];
