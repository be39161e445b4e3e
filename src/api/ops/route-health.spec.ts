import { describe, expect, it } from '@jest/globals';
import type { DatabaseProblem } from '../../database/database.health.js';
import { DEFAULT_SESSION } from '../../kernel/identifiers/session-name.js';
import type { SessionSnapshot } from '../../sessions/session-state.repository.js';
import { SessionNotFound } from '../../sessions/sessions.errors.js';
import { RouteHealth } from './route-health.js';

const READ_ONLY = { isUnreachable: false, message: 'The database is read-only.' };
const UNREACHABLE = { isUnreachable: true, message: 'The database does not respond.' };

interface Situation {
  database?: DatabaseProblem;
  contact?: Error;
  since?: unknown;
}

/** Returns the problem if the probe's own connection and the statements of the routes end as described. */
async function problemOf({ database, contact, since = new Date() }: Situation) {
  const health = new RouteHealth(
    { problem: async () => database ?? null },
    { find: async () => (contact ? Promise.reject(contact) : null) },
    { get: async () => ({ since }) as SessionSnapshot },
  );
  return (await health.problem())?.message ?? null;
}

describe('RouteHealth', () => {
  it('reports no problem while the routes succeed', async () => {
    expect(await problemOf({})).toBeNull();
    expect(await problemOf({ contact: new SessionNotFound(DEFAULT_SESSION) })).toBeNull();
  });

  it("reports no problem if only the probe's own connection fails", async () => {
    expect(await problemOf({ database: UNREACHABLE })).toBeNull();
  });

  it('reports what the database reports', async () => {
    expect(await problemOf({ database: READ_ONLY })).toBe(READ_ONLY.message);
    expect(await problemOf({ database: UNREACHABLE, contact: new Error() })).toBe(UNREACHABLE.message);
  });

  it('reports errors that the routes would return, without texts of the database', async () => {
    const denied = Object.assign(new Error('permission denied for table "contact"'), { code: '42501' });
    expect(await problemOf({ contact: denied })).toBe(
      'Reading contacts fails with error 42501. The log contains the reason.',
    );
    const lost = Object.assign(new Error(), { code: 'ECONNRESET' });
    expect(await problemOf({ contact: lost })).toBe('The database cannot be reached.');
  });

  it.each([[null], ['30.11.2026 03:40:00'], [new Date(Number.NaN)]])(
    'reports that dates cannot be read: %p',
    async (since) => {
      expect(await problemOf({ since })).toMatch(/^Reading contacts fails/);
    },
  );
});
