import fc from 'fast-check';
import type { ContactChanges } from '../../src/contacts/write/contact-changes.js';
import type { Address, Jid, Lid } from '../../src/kernel/identifiers/address.js';
import { EARLIER, LATER } from './people.js';
import { KEY_A, KEY_B, picture } from './whole-contact.js';

export const ANNA = '491701111111@s.whatsapp.net' as Jid;
export const BEN = '491702222222@s.whatsapp.net' as Jid;
export const CARL = '491703333333@s.whatsapp.net' as Jid;
export const [A, B, C] = ['111111111111111@lid', '222222222222222@lid', '333333333333333@lid'] as [
  Lid,
  Lid,
  Lid,
];

/** Generates changes of any kind to three contacts that exchange numbers, LIDs and names. */
export function arbitraryChanges(): fc.Arbitrary<ContactChanges> {
  const jid = fc.constantFrom(ANNA, BEN, CARL);
  const lid = fc.constantFrom(A, B, C);
  const address = fc.oneof(jid, lid) as fc.Arbitrary<Address>;
  const name = fc.constantFrom('Anna', 'Ben', 'Carl');
  const time = fc.constantFrom(EARLIER, LATER, new Date('2026-01-01T12:00:00Z'));
  const few = <T>(entry: fc.Arbitrary<T>) => fc.array(entry, { maxLength: 2 });
  return fc.record(
    {
      mappings: few(fc.record({ jid, lid, observedAt: fc.option(time) })),
      saved: few(fc.record({ address, fullName: fc.option(name), firstName: fc.option(name) })),
      unsaved: few(address),
      pushNames: few(fc.record({ address, name, observedAt: time })),
      usernames: few(fc.record({ address, name: fc.option(name), observedAt: time })),
      businessNames: few(fc.record({ address, name })),
      abouts: few(fc.record({ address, text: fc.option(name), setAt: fc.option(time) })),
      pictures: few(fc.record({ address, id: name }).map((each) => picture(each.address, each.id))),
      identityKeys: few(fc.record({ address, key: fc.constantFrom(KEY_A, KEY_B), seenAt: time })),
      numberChanges: few(
        fc.record({
          oldJid: jid,
          newJid: jid,
          oldLid: fc.option(lid),
          newLid: fc.option(lid),
          observedAt: time,
        }),
      ),
      lidChanges: few(fc.record({ oldLid: lid, newLid: lid, observedAt: time })),
    },
    { requiredKeys: [] },
  );
}
