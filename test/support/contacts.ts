import type { DataSource } from 'typeorm';
import { Config } from '../../src/config/config.js';
import { ContactChangesRepository } from '../../src/contacts/changes/contact-changes.repository.js';
import { ContactsService } from '../../src/contacts/changes/contacts.service.js';
import { IdentityKeysRepository } from '../../src/contacts/changes/identity-keys.repository.js';
import { LidPairsRepository } from '../../src/contacts/changes/lid-pairs.repository.js';
import { NumberChangesRepository } from '../../src/contacts/changes/number-changes.repository.js';
import { OwnFactsRepository } from '../../src/contacts/changes/own-facts.repository.js';
import { PicturesRepository } from '../../src/contacts/changes/pictures.repository.js';
import { ProfileChangesRepository } from '../../src/contacts/changes/profile-changes.repository.js';

/** The address book as the session role writes it, without Nest. */
export function createContactsService(config: Partial<Config> = {}): ContactsService {
  const pictures = new PicturesRepository(Object.assign(new Config(), config));
  const identityKeys = new IdentityKeysRepository();
  const ownFacts = new OwnFactsRepository(pictures, identityKeys);
  const pairs = new LidPairsRepository(ownFacts);
  return new ContactsService(
    new ContactChangesRepository(),
    pairs,
    new ProfileChangesRepository(),
    pictures,
    identityKeys,
    new NumberChangesRepository(pairs, ownFacts),
  );
}

/** An account without contacts, the one that is served. @returns its id */
export async function linkAccount(dataSource: Pick<DataSource, 'query'>, jid: string): Promise<number> {
  await dataSource.query('UPDATE session_state SET account_id = NULL');
  await dataSource.query('DELETE FROM account');
  const [{ id }] = await dataSource.query<[{ id: number }]>(
    'INSERT INTO account (jid, linked_at) VALUES ($1, now()) RETURNING id',
    [jid],
  );
  await dataSource.query('UPDATE session_state SET account_id = $1', [id]);
  return id;
}
