import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { openDataSource } from '../../test/support/open-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../test/support/test-database.js';
import { FeedRepository } from '../feed/feed.repository.js';
import { DEFAULT_SESSION, type SessionName } from '../kernel/identifiers/session-name.js';
import type { ReasonCode } from './reason-code.js';
import { SessionMetricsRepository } from './session-metrics.repository.js';
import { SessionsRepository } from './sessions.repository.js';

const PROCESS = '9d5a63a0-0000-4000-8000-000000000001';
const JID = '491701234567@s.whatsapp.net';

describe('SessionMetricsRepository', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let sessions: SessionsRepository;
  let metrics: SessionMetricsRepository;
  let accountId: number;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await openDataSource(database.url);
    sessions = new SessionsRepository(dataSource, new FeedRepository());
    metrics = new SessionMetricsRepository(dataSource);
  });

  beforeEach(async () => {
    await database.query('DELETE FROM session');
    await database.query('DELETE FROM session_process');
    await database.query('DELETE FROM account');
    await database.query("INSERT INTO session_process (id, expires_at) VALUES ($1, now() + interval '1 h')", [
      PROCESS,
    ]);
    await sessions.create(DEFAULT_SESSION, null);
    const rows = await database.query<{ id: number }>(
      'INSERT INTO account (jid, linked_at, synced_at) VALUES ($1, now(), now()) RETURNING id',
      [JID],
    );
    accountId = rows[0]?.id ?? 0;
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const link = (session: SessionName) =>
    dataSource.transaction(async (tx) => {
      await sessions.release(tx, session, JID);
      await sessions.link(tx, session, { id: accountId, jid: JID });
    });
  const unlink = (session: SessionName, code: ReasonCode) =>
    dataSource.transaction((tx) => sessions.unlink(tx, session, code));
  const find = async () => {
    await database.query('UPDATE session SET process_id = $1', [PROCESS]);
    const found = await metrics.find(PROCESS);
    return found.map(({ name, unlinkedCode, unlinkedSeconds }) => [name, unlinkedCode, unlinkedSeconds]);
  };

  it('does not report a session that was never linked, or is linked', async () => {
    expect(await find()).toEqual([[DEFAULT_SESSION, null, null]]);
    await link(DEFAULT_SESSION);
    expect(await find()).toEqual([[DEFAULT_SESSION, null, null]]);
  });

  it.each(['unlinked_by_phone', 'phone_replaced', 'unlinked_on_request'] as const)(
    'reports an account with the code %s until it is linked again',
    async (code) => {
      await link(DEFAULT_SESSION);
      await unlink(DEFAULT_SESSION, code);
      // The status is the same as that of a session that was never linked.
      await database.query("UPDATE session SET status = 'linking', reason_code = 'waiting_for_scan'");
      expect(await find()).toEqual([[DEFAULT_SESSION, code, expect.any(Number)]]);
      await link(DEFAULT_SESSION);
      expect(await find()).toEqual([[DEFAULT_SESSION, null, null]]);
    },
  );

  it('keeps the first reason when a device that was never linked is deleted later', async () => {
    await link(DEFAULT_SESSION);
    await unlink(DEFAULT_SESSION, 'unlinked_by_phone');
    await unlink(DEFAULT_SESSION, 'unlinked_on_request');
    expect(await find()).toEqual([[DEFAULT_SESSION, 'unlinked_by_phone', expect.any(Number)]]);
  });

  it('does not report an account that is linked through another session', async () => {
    const other = 'other' as SessionName;
    await sessions.create(other, null);
    await link(DEFAULT_SESSION);
    await unlink(DEFAULT_SESSION, 'unlinked_by_phone');
    await link(other);
    expect((await find()).map(([, code]) => code)).toEqual([null, null]);
  });
});
