import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ContactDto } from '../../src/contacts/http/contact.dto.js';
import { Deployment } from '../support/deployment.js';
import { eventually } from '../support/service.js';
import { nodeBinary } from './node-binary.js';

/** The newest version of each supported release line, on npm for x64 and arm64. */
const VERSIONS = ['20.20.2', '22.23.5', '24.22.3', '26.12.1'];

describe('the service', () => {
  const binaries = new Map<string, string>();
  let deployment: Deployment | undefined;

  beforeAll(async () => {
    await Promise.all(VERSIONS.map(async (version) => binaries.set(version, await nodeBinary(version))));
  });

  afterEach(() => deployment?.remove());

  it.each(VERSIONS)('starts, links and follows a contact on Node.js %s', async (version) => {
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
