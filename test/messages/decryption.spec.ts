import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ContactPageDto } from '../../src/api/contacts/contact-list.dto.js';
import { Changes } from '../chaos/changes.js';
import { changesOnly } from '../chaos/steps.js';
import { eventually } from '../support/service.js';
import { World } from '../support/world.js';

const SEED = Number(process.env.DECRYPTION_SEED ?? Date.now() % 2 ** 30);

/** Fields of a contact that do not depend on when it was written. */
const FIELDS = 'jid,phone,lid,username,push_name,full_name,first_name,business_name,is_business,saved';

describe('an account with random changes and messages', () => {
  const worlds: World[] = [];

  afterAll(() => Promise.all(worlds.map((world) => world.stop())));

  it(`results in the same address book with and without decryption (DECRYPTION_SEED=${SEED})`, async () => {
    const [steps] = fc.sample(changesOnly, { seed: SEED, numRuns: 1 });
    const play = async (DECRYPT_MESSAGES: string) => {
      const world = await World.create({ DECRYPT_MESSAGES, DOWNLOADS_PER_MINUTE: '0' });
      worlds.push(world);
      const changes = new Changes(world, 0);
      await world.startLinked();
      changes.hearHistory();
      for (const step of steps ?? []) await changes.make(step);
      await world.phone.whenSettled();
      await settle(world, changes);
      return listed(world);
    };
    const [encrypted, decrypted] = await Promise.all([play('false'), play('true')]);
    expect(encrypted.length).toBeGreaterThan(0);
    expect(encrypted).toEqual(decrypted);
  });
});

/** Waits until the service has the names of the model. A connection that is lost on a busy machine is not the subject. */
async function settle(world: World, changes: Changes): Promise<void> {
  let differences: string[] = [];
  await eventually('the names are right', async () => {
    await world.skipPause();
    differences = await changes.differences();
    return differences.length === 0;
  }).catch(async (error: Error) => {
    const seen = [JSON.stringify(await world.state()), ...differences, world.service.output.slice(-5_000)];
    throw new Error([error.message, ...seen].join('\n'));
  });
}

async function listed({ service }: World): Promise<object[]> {
  return (await service.get<ContactPageDto>(`/contacts?limit=1000&fields=${FIELDS}`)).body.items;
}
