import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';

const number = (index: number) => String(491702000000 + index);

/** Changes of every kind that go on while the database is in trouble. */
async function change(world: World, round: number): Promise<void> {
  const at = round % 10;
  await world.phone.saveContact({ number: number(at), fullName: `round ${round}` });
  const writer = [...world.server.directory.contacts][at];
  writer?.setPushName(`push ${round}`);
  writer?.sendText(world.phone, 'hello').catch(() => {});
}

async function pushNames(world: World): Promise<string[]> {
  const listed = await world.listed();
  return [...world.server.directory.contacts].map((each) => listed.get(each.number)?.push_name ?? '');
}

async function everythingArrives(world: World): Promise<void> {
  await world.truth(60_000);
  await world.phone.whenSettled();
  const expected = [...world.server.directory.contacts].map(({ pushName }) => pushName);
  await eventually(
    'all push names are stored',
    async () => (await pushNames(world)).join() === expected.join(),
  );
}

const KILL_CONNECTIONS = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid()`;

async function setReadOnly({ database: { url } }: World, value: 'on' | 'off'): Promise<void> {
  const client = new pg.Client({ connectionString: url, options: '-c default_transaction_read_only=off' });
  await client.connect();
  try {
    await client.query(
      `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET default_transaction_read_only = ${value}`,
    );
    await client.query(KILL_CONNECTIONS);
  } finally {
    await client.end();
  }
}

async function postmasterPid(dataDir: string): Promise<number> {
  const [pid] = (await readFile(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8')).split('\n');
  return Number(pid);
}

describe('faults of the database', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create();
    for (let at = 0; at < 10; at += 1)
      world.server.createContact({ number: number(at), pushName: `push of ${at}` });
    await world.startLinked();
    await world.service.synced(60_000);
  });

  afterAll(() => world.stop());

  it('loses nothing when all connections are killed, again and again', async () => {
    for (let round = 0; round < 12; round += 1) {
      await change(world, round);
      await world.database.query(KILL_CONNECTIONS);
      expect((await world.service.get('/livez')).status).toBe(200);
    }
    await everythingArrives(world);
    expect(world.service.output).not.toMatch(/Session thread (exited|failed)/);
  });

  it('retries after a failure of the key store, so that sync keys that are sent only once are stored', async () => {
    await world.database.query('ALTER TABLE auth_key RENAME TO auth_key_away');
    const before = world.service.output.length;
    const shared = world.phone.rotateSyncKey();
    await eventually('the line is given up', async () =>
      /auth_key.*does not exist/.test(world.service.output.slice(before)),
    );
    await world.database.query('ALTER TABLE auth_key_away RENAME TO auth_key');
    await world.phone.saveContact({ number: number(3), fullName: 'by the new key' });
    await everythingArrives(world);
    await shared;
  });

  it('waits while the database is read-only, reports it at /readyz, and then catches up', async () => {
    await setReadOnly(world, 'on');
    for (let round = 20; round < 26; round += 1) await change(world, round);
    // Until it reconnects, /readyz reports that the database is unreachable.
    await eventually('/readyz reports the read-only database', async () => {
      const { status, body } = await world.service.get<{ message: string }>('/readyz');
      return status === 503 && /read-only/.test(body.message);
    });
    expect((await world.service.get('/livez')).status).toBe(200);
    expect((await world.service.get('/getcontacts')).status).toBe(200);
    await setReadOnly(world, 'off');
    await everythingArrives(world);
    expect((await world.service.get('/readyz')).status).toBe(200);
  });
});

describe('an embedded database that is killed', () => {
  it('is restarted, and no changes of the meantime are lost', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'whatsapp-contacts-faults-'));
    const world = await World.create({ DATABASE_URL: '', DATA_DIR: dataDir });
    try {
      for (let at = 0; at < 10; at += 1)
        world.server.createContact({ number: number(at), pushName: `push of ${at}` });
      await world.startLinked();
      await world.service.synced(60_000);
      const pid = await postmasterPid(dataDir);
      for (let round = 0; round < 4; round += 1) {
        await change(world, round);
        if (round === 1) process.kill(pid, 'SIGQUIT');
        expect((await world.service.get('/livez')).status).toBe(200);
      }
      await everythingArrives(world);
    } finally {
      await world.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
