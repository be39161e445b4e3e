import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChangePageDto } from '../../src/api/changes/changes.dto.js';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';
import { StreamReader } from './stream-reader.js';

const ANNA = '491701111111';

describe('the feed of a session', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create();
  });

  afterAll(() => world.stop());

  const changes = async () => (await world.service.get<ChangePageDto>('/changes?limit=1000')).body;
  const kinds = async () => (await changes()).items.map(({ kind }) => kind);

  it('contains its events from linking to logout, without link secrets', async () => {
    await world.phone.saveContact({ number: ANNA, fullName: 'Anna Adler', firstName: 'Anna' });
    await world.startLinked();
    await world.service.synced();
    const afterSync = await changes();
    const seen = afterSync.items.map(({ kind }) => kind);
    expect(seen[0]).toBe('session.linked');
    expect(seen).toContain('session.open');
    expect(seen).not.toContain('session.degraded');
    // Contacts that exist before the first sync is complete have no entries.
    expect(seen.filter((kind) => kind === 'sync.completed')).toHaveLength(1);
    expect(seen.slice(0, seen.indexOf('sync.completed')).some((kind) => kind.startsWith('contact.'))).toBe(
      false,
    );
    const list = await world.service.get('/contacts');
    expect(Number(list.headers.get('changes-next'))).toBeGreaterThanOrEqual(
      afterSync.items.find(({ kind }) => kind === 'sync.completed')?.seq as number,
    );

    const reader = new StreamReader(
      `http://127.0.0.1:${world.service.port}/changes/stream?after=${afterSync.latest}`,
    );
    await reader.opened();
    await world.phone.saveContact({ number: ANNA, fullName: 'Anna Maria Adler', firstName: 'Anna' });
    await eventually('the new name has come', async () =>
      reader.changes.some(({ contact }) => contact?.full_name === 'Anna Maria Adler'),
    );
    world.phone.unlink();
    await eventually('it is logged out', async () => (await kinds()).includes('session.logged_out'));
    await eventually('the stream has it', async () =>
      reader.changes.some(({ kind }) => kind === 'session.logged_out'),
    );
    reader.close();
    const { items } = await changes();
    expect(items.map(({ seq }) => seq)).toEqual(items.map((_, i) => (items[0]?.seq as number) + i));
    const told = items.filter(({ kind }) => kind.startsWith('session.'));
    expect(
      told.every(({ session, id, contact }) => session?.name === 'default' && id === null && !contact),
    ).toBe(true);
    const qr = await world.service.qr();
    expect(JSON.stringify(items)).not.toContain(qr.split(',')[0]);
    expect(await kinds()).not.toContain('session.linking');
  });
});
