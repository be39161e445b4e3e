import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';

const GROUP = '120363000000000001';

/** A text that can be found nowhere by chance. */
const marker = () => `marker-${randomBytes(12).toString('hex')}`;

describe('the service without DECRYPT_MESSAGES', () => {
  let world: World;
  let folder: string;
  const markers = { direct: marker(), group: marker(), own: marker(), status: marker() };
  const pushName = `Anna ${marker()}`;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whatsapp-contacts-heap-'));
    const preload = new URL('../support/heap-snapshots.mjs', import.meta.url).href;
    const levels = { LOG_LEVEL: 'debug', BAILEYS_LOG_LEVEL: 'trace' };
    // The configuration of every thread contains the folder, which shows that the search works.
    world = await World.create({ HEAP_SNAPSHOTS: folder, DATA_DIR: folder, ...levels }, {}, preload);
    await world.phone.saveContact({ number: '491701230001', fullName: 'Anna Huber' });
    await world.startLinked();
    await world.truth();
    const anna = world.server.createContact({ number: '491701230001', pushName });
    // The second one is sent in a session that is open already.
    for (const text of [markers.direct, markers.direct]) await anna.sendText(world.phone, text);
    await anna.sendGroupText(world.phone, GROUP, markers.group);
    await anna.sendStatus(world.phone, markers.status);
    await world.phone.sendText(anna, markers.own);
  });

  afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('stores only names from messages', async () => {
    expect((await world.listedOne('491701230001'))?.push_name).toBe(pushName);
  });

  it('sends the receipts of an inactive device', () => {
    const receipts = world.server.stanzas.all
      .filter(({ tag }) => tag === 'receipt')
      .map(({ attrs }) => attrs);
    const kinds = receipts.map(({ type, to }) => `${type} ${to}`);
    expect(kinds.filter((kind) => kind === 'inactive 491701230001@s.whatsapp.net')).toHaveLength(2);
    expect(kinds).toContain(`inactive ${GROUP}@g.us`);
    expect(kinds).toContain(`sender ${world.phone.jid}`);
    expect(kinds.some((kind) => kind.startsWith('retry'))).toBe(false);
  });

  it('opens Signal sessions only with the devices of the account', async () => {
    const rows = await world.database.query<{ id: string; type: string }>(
      "SELECT type, id FROM auth_key WHERE type IN ('session', 'sender-key', 'identity-key')",
    );
    const own = new RegExp(`^(${world.phone.number}|${world.phone.lid})(_1)?\\.\\d+$`);
    expect(rows.filter(({ id }) => !own.test(id))).toEqual([]);
  });

  it('keeps messages out of the log', () => {
    for (const text of Object.values(markers)) expect(world.service.output).not.toContain(text);
  });

  it('keeps messages out of the database', async () => {
    const tables = await world.database.query<{ name: string }>(
      "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'",
    );
    expect(tables.length).toBeGreaterThan(20);
    for (const { name } of tables) {
      const rows = await world.database.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
      const all = rows.map(({ text }) => text).join('\n');
      for (const text of Object.values(markers)) {
        expect(all).not.toContain(text);
        expect(all).not.toContain(Buffer.from(text).toString('hex'));
      }
    }
  });

  it('keeps messages out of the memory of all threads', async () => {
    await writeFile(join(folder, 'take'), '');
    const files = await eventually('all threads have written a heap snapshot', async () => {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.done'));
      return names.length >= 2 && names.map((name) => join(folder, name.replace(/\.done$/, '.heapsnapshot')));
    });
    const texts = [...Object.values(markers), folder];
    for (const file of files) expect(await search(file, texts)).toEqual([folder]);
  });
});

describe('the service with DECRYPT_MESSAGES', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create({ DECRYPT_MESSAGES: 'true' });
    await world.phone.saveContact({ number: '491701230001', fullName: 'Anna Huber' });
    await world.startLinked();
    await world.truth();
  });

  afterAll(() => world.stop());

  it('decrypts messages, and stores the same address book', async () => {
    const anna = world.server.createContact({ number: '491701230001', pushName: 'anna of today' });
    await anna.sendText(world.phone, 'hello');
    expect((await world.listedOne('491701230001'))?.push_name).toBe('anna of today');
    const sessions = await world.database.query<{ id: string }>(
      "SELECT id FROM auth_key WHERE type = 'session'",
    );
    const users = sessions.map(({ id }) => id.split(/[_.]/)[0]);
    expect(users.some((user) => user === anna.number || user === anna.lid)).toBe(true);
    const inactive = world.server.stanzas.all.filter(
      ({ tag, attrs }) => tag === 'receipt' && attrs.type === 'inactive' && attrs.to === anna.jid,
    );
    expect(inactive).toHaveLength(1);
  });
});

/** The texts that a file contains. */
async function search(file: string, texts: string[]): Promise<string[]> {
  const found = new Set<string>();
  let rest = '';
  const stream = createReadStream(file, 'latin1');
  stream.on('data', (chunk) => {
    const part = rest + chunk.toString();
    for (const text of texts) if (part.includes(text)) found.add(text);
    rest = part.slice(-200);
  });
  await once(stream, 'end');
  return [...found];
}
