import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ContactDto } from '../../src/api/contacts/contact.dto.js';
import { Deployment } from '../support/deployment.js';
import { NODE_VERSIONS, nodeBinary } from '../support/node-binary.js';
import { eventually } from '../support/service.js';

describe('the service', () => {
  const binaries = new Map<string, string>();
  let deployment: Deployment | undefined;

  beforeAll(async () => {
    await Promise.all(NODE_VERSIONS.map(async (version) => binaries.set(version, await nodeBinary(version))));
  });

  afterEach(() => deployment?.remove());

  it.each(NODE_VERSIONS)('starts, links and follows a contact on Node.js %s', async (version) => {
    deployment = await Deployment.create();
    const service = await deployment.start('all', {}, binaries.get(version));
    await deployment.link(service);
    await service.synced();
    await deployment.phone.saveContact({ number: '491701234568', fullName: 'Ben', firstName: 'Ben' });
    await eventually('the new contact is listed', async () => {
      const { body } = await service.get<ContactDto[]>('/getcontacts');
      return body.map((each) => each.full_name).join() === 'Anna Müller,Ben';
    });
    const { text } = await service.get('/metrics');
    expect(text).toContain(`node="v${version}"`);
    expect(await service.stop()).toBe(0);
  });
});
