import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ContactChanges } from '../../src/contacts/write/contact-changes.js';
import type { Address, Jid, Lid } from '../../src/kernel/identifiers/address.js';
import { ServedAddressBook } from '../contacts/served-address-book.js';

const SESSIONS = ['default', 'sales', 'support'];
/** So few that all accounts know the same people, numbers and LIDs. */
const PEOPLE = 4;
const OBSERVED_AT = new Date('2026-01-01T10:00:00Z');

const numberOf = (n: number) => `4917000000${10 + n}`;
const jid = (n: number) => `${numberOf(n)}@s.whatsapp.net` as Jid;
const lid = (n: number) => `${900_000_000 + n}@lid` as Lid;

/** A change in the address book of one account. Its values contain the account, so that they are unique to it. */
interface Step {
  account: number;
  kind: 'save' | 'unsave' | 'map' | 'pushName' | 'about' | 'picture' | 'key' | 'move';
  person: number;
  other: number;
  byLid: boolean;
  word: string;
}

const steps = fc.array(
  fc.record<Step>({
    account: fc.nat(SESSIONS.length - 1),
    kind: fc.constantFrom('save', 'unsave', 'map', 'pushName', 'about', 'picture', 'key', 'move'),
    person: fc.nat(PEOPLE - 1),
    other: fc.nat(PEOPLE - 1),
    byLid: fc.boolean(),
    word: fc.constantFrom('Anna', 'Ännchen', '王', 'B'),
  }),
  { minLength: 5, maxLength: 40 },
);

function changesOf({ account, kind, person, other, byLid, word }: Step): ContactChanges {
  const address: Address = byLid ? lid(person) : jid(person);
  const text = `${word} of ${SESSIONS[account]}`;
  const bytes = Buffer.from(`\xff\xd8\xff${text}`, 'latin1');
  switch (kind) {
    case 'save':
      return { saved: [{ address, fullName: text, firstName: word }] };
    case 'unsave':
      return { unsaved: [address] };
    case 'map':
      return { mappings: [{ jid: jid(person), lid: lid(other), observedAt: OBSERVED_AT }] };
    case 'pushName':
      return { pushNames: [{ address, name: text, observedAt: OBSERVED_AT }] };
    case 'about':
      return { abouts: [{ address, text, setAt: OBSERVED_AT }] };
    case 'picture':
      return { pictures: [{ address, state: 'present', id: text, bytes }] };
    case 'key':
      return { identityKeys: [{ address, key: Buffer.alloc(32, text), seenAt: OBSERVED_AT }] };
    case 'move':
      return {
        numberChanges: [
          { oldJid: jid(person), newJid: jid(other), oldLid: null, newLid: null, observedAt: OBSERVED_AT },
        ],
      };
  }
}

/** Every route that reads, for every person. */
const ROUTES = [
  '/getcontacts',
  '/changes?limit=1000',
  '/contacts?limit=1000',
  '/contacts?limit=1',
  '/contacts?sort=name',
  ...['Anna', 'annchen', '王', 'B', 'of', numberOf(1)].map(
    (text) => `/contacts?search=${encodeURIComponent(text)}`,
  ),
  '/contacts.csv',
  '/contacts.vcf',
  '/contacts.vcf?photo=true',
  ...Array.from({ length: PEOPLE }, (_, n) => [numberOf(n), lid(n)])
    .flat()
    .flatMap((who) => [
      `/getcontact?phone=${who}`,
      ...['', '/keys', '/picture'].map((path) => `/contacts/${who}${path}`),
    ]),
];

/** Times, which differ between deployments that serve the same address book. */
const TIMES = /"(\w+_at|at)":"[^"]*"|REV:\S+|\d{4}-\d\d-\d\dT[\d:]+Z/g;
/** The ids of contacts, and the UIDs of their vCards, are those of the whole deployment. */
const IDS = /(?<="|,)c[\da-f]{12}-\d+(?="|\r?\n)|(?<=UID:urn:uuid:)[\da-f-]{36}/g;

describe('a deployment with several accounts', () => {
  let shared: ServedAddressBook;
  /** Where only one of the accounts is. */
  let alone: ServedAddressBook;
  let accounts: number[] = [];

  const read = async ({ service }: ServedAddressBook, prefix: string) => {
    const answers = await Promise.all(ROUTES.map((route) => service.get(`${prefix}${route}`)));
    return answers.map(({ status, text }, i) => {
      const plain = text
        .replaceAll(`${prefix}/contacts/`, '/contacts/')
        .replace(TIMES, 'TIME')
        .replace(IDS, 'ID');
      return `${ROUTES[i]} ${status} ${plain}`;
    });
  };
  const prefixOf = (session: number) => `/sessions/${SESSIONS[session]}`;
  const apply = async (book: ServedAddressBook, account: number, step: Step) => {
    book.accountId = account;
    await book.apply(changesOf(step));
  };

  beforeAll(async () => {
    [shared, alone] = await Promise.all([ServedAddressBook.start(), ServedAddressBook.start()]);
    await shared.dataSource.query(`INSERT INTO session (name) VALUES ('sales'), ('support')`);
  });

  afterAll(async () => {
    await Promise.all([shared.stop(), alone.stop()]);
  });

  const begin = async () => {
    await shared.clear();
    accounts = [shared.accountId];
    for (const [i, session] of ['sales', 'support'].entries()) {
      const [{ id }] = await shared.dataSource.query<[{ id: number }]>(
        'INSERT INTO account (jid, linked_at, synced_at) VALUES ($1, now(), now()) RETURNING id',
        [`491510000000${i + 1}@s.whatsapp.net`],
      );
      await shared.dataSource.query('UPDATE session SET account_id = $2, is_linked = true WHERE name = $1', [
        session,
        id,
      ]);
      accounts.push(id);
    }
  };

  beforeEach(begin);

  it('returns for every account and route exactly what a deployment with only this account returns', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        await begin();
        for (const step of history) await apply(shared, accounts[step.account] as number, step);
        for (const session of SESSIONS.keys()) {
          await alone.clear();
          const { accountId } = alone;
          for (const step of history) if (step.account === session) await apply(alone, accountId, step);
          expect(await read(shared, prefixOf(session))).toEqual(await read(alone, ''));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('fetches and deletes contacts of one account only', async () => {
    const step: Step = { account: 0, kind: 'save', person: 1, other: 0, byLid: false, word: 'Anna' };
    for (const account of SESSIONS.keys())
      await apply(shared, accounts[account] as number, { ...step, account });
    const { service, dataSource } = shared;
    await service.request(`/sessions/sales/contacts/${numberOf(1)}/refresh`, { method: 'POST' });
    expect(
      await dataSource.query('SELECT account_id FROM contact WHERE profile_requested_at IS NOT NULL'),
    ).toEqual([{ account_id: accounts[1] }]);
    const before = await Promise.all([0, 2].map((session) => read(shared, prefixOf(session))));
    await dataSource.query('UPDATE session SET is_linked = false');
    const deleted = await service.request('/sessions/sales?contacts=delete', { method: 'DELETE' });
    expect(deleted.status).toBe(200);
    expect(await Promise.all([0, 2].map((session) => read(shared, prefixOf(session))))).toEqual(before);
    expect((await service.get('/sessions/sales/getcontacts')).status).toBe(404);
    await dataSource.query(`INSERT INTO session (name) VALUES ('sales')`);
  });
});
