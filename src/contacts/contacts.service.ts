import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/transaction.js';
import type { Address } from './address.js';
import type { AddressBookOwner, ContactChanges, LidPair } from './contact-changes.js';
import { ContactChangesRepository } from './contact-changes.repository.js';
import { LidPairsRepository } from './lid-pairs.repository.js';

/**
 * The rules by which news of people become rows: one person is one row, each fact has its column, an empty value
 * never overwrites, and the account's owner is a contact only if he has saved himself.
 */
@Injectable()
export class ContactsService {
  constructor(
    private readonly changes: ContactChangesRepository,
    private readonly pairs: LidPairsRepository,
  ) {}

  /** Writes the changes within the caller's transaction, whatever their number, in a handful of statements. */
  async apply(tx: Transaction, owner: AddressBookOwner, changes: ContactChanges): Promise<void> {
    const { accountId } = owner;
    const isOther = (address: Address) => address !== owner.jid && address !== owner.lid;
    const areOthers = ({ jid, lid }: LidPair) => isOther(jid) && isOther(lid);

    // Two writers that name the same people in another order would wait for each other for ever.
    await this.changes.lock(tx, accountId);
    await this.pairs.join(tx, accountId, lastOfEach(changes.pairs?.filter(areOthers)));
    await this.pairs.joinUnknown(tx, accountId, lastOfEach(changes.oldPairs?.filter(areOthers)));
    await this.changes.save(tx, accountId, lastPerPerson(changes.saved).map(cleanSaved));
    await this.changes.unsave(tx, accountId, changes.unsaved ?? []);
    await this.changes.setPushNames(tx, accountId, lastPerPerson(named(changes.pushNames, isOther)));
    await this.changes.setBusinessNames(tx, accountId, lastPerPerson(named(changes.businessNames, isOther)));
  }

  /** Addresses under which people are saved, other than those given: who is to go when those are all. */
  findSavedOtherThan(tx: Transaction, accountId: number, addresses: Address[]): Promise<Address[]> {
    return this.changes.findSavedOtherThan(tx, accountId, addresses);
  }

  /** How many contacts this transaction has written so far. */
  countChangedBy(tx: Transaction, accountId: number): Promise<number> {
    return this.changes.countChangedBy(tx, accountId);
  }
}

/** Postgres cannot keep NUL, and UTF-8 no lone surrogates; a name of nothing but blanks is none. */
export function cleanName(name: string | null | undefined): string | null {
  const clean = (name ?? '').replaceAll('\0', '').toWellFormed();
  return clean.trim() === '' ? null : clean;
}

function cleanSaved<T extends { fullName: string | null; firstName: string | null }>(contact: T): T {
  return { ...contact, fullName: cleanName(contact.fullName), firstName: cleanName(contact.firstName) };
}

/** Those of other people, with a name. WhatsApp sends `-` for a person without a push name. */
function named<T extends { address: Address; name: string }>(
  entries: T[] | undefined,
  isOther: (address: Address) => boolean,
): T[] {
  return (entries ?? []).flatMap((entry) => {
    const name = cleanName(entry.name);
    return name && name !== '-' && isOther(entry.address) ? [{ ...entry, name }] : [];
  });
}

function lastPerPerson<T extends { address: Address }>(entries: T[] | undefined): T[] {
  return [...new Map((entries ?? []).map((entry) => [entry.address, entry])).values()];
}

/** Pairs in which each number and each LID stands once: the last word on either wins. */
function lastOfEach(pairs: LidPair[] | undefined): LidPair[] {
  const byLid = new Map((pairs ?? []).map((pair) => [pair.lid, pair]));
  return [...new Map([...byLid.values()].map((pair) => [pair.jid, pair])).values()];
}
