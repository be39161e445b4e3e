import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import type { Address } from '../../kernel/identifiers/address.js';
import { FeedRepository } from '../../feed/feed.repository.js';
import {
  type About,
  type AddressBookOwner,
  type BusinessName,
  type ContactChanges,
  type IdentityKeySeen,
  inParts,
  isOfNames,
  keysIn,
  movesIn,
  type LidMapping,
  type NumberChange,
  type TextStatus,
  type Username,
} from './contact-changes.js';
import { cleanAbout, cleanName, cleanUsername } from './clean-name.js';
import { ContactChangesRepository } from './contact-changes.repository.js';
import { lidsIn, withCurrentLids } from './current-lids.js';
import { FormerLidsRepository } from './former-lids.repository.js';
import { IdentityKeysRepository } from './identity-keys.repository.js';
import { ContactCaches } from './contact-cache.js';
import { KnownLidsRepository } from './known-lids.repository.js';
import { numbersToCheck, withoutLidsAsNumbers } from './lids-as-numbers.js';
import { LidChangesRepository } from './lid-changes.repository.js';
import { LidMappingsRepository } from './lid-mappings.repository.js';
import { NumberChangesRepository } from './number-changes.repository.js';
import { changesOf } from './contact-diff.js';
import { ContactSnapshotsRepository } from './contact-snapshots.repository.js';
import { noteAppended } from '../../feed/feed-notifications.repository.js';
import { telling } from './name-changes.sql.js';
import { PicturesRepository } from './pictures.repository.js';
import { ProfileChangesRepository } from './profile-changes.repository.js';
import { verifiedBusinessNames } from './verified-business-names.js';

/** What is compared before and after at once; more would only take more memory. */
const MAX_COMPARED = 5_000;
/** Of so many names at once, the feed is told by the statements that write them. */
const MANY = 200;

/**
 * The rules by which news of people become rows: one person is one row, each fact has its column, an empty value
 * never overwrites, and the account's owner is a contact only if he has saved himself.
 */
@Injectable()
export class ContactsService {
  constructor(
    private readonly changes: ContactChangesRepository,
    private readonly mappings: LidMappingsRepository,
    private readonly profiles: ProfileChangesRepository,
    private readonly pictures: PicturesRepository,
    private readonly identityKeys: IdentityKeysRepository,
    private readonly numberChanges: NumberChangesRepository,
    private readonly lidChanges: LidChangesRepository,
    private readonly formerLids: FormerLidsRepository,
    private readonly knownLids: KnownLidsRepository,
    private readonly states: ContactSnapshotsRepository,
    private readonly feed: FeedRepository,
    private readonly people: ContactCaches,
  ) {}

  /**
   * Writes the changes within the caller's transaction, whatever their number, in a handful of statements, and what they
   * have changed into the feed. While the first sync runs, the feed is silent: its end is one event (AddressBookSync).
   */
  async apply(tx: Transaction, owner: AddressBookOwner, news: ContactChanges): Promise<void> {
    const { accountId } = owner;
    // Two writers that name the same people in another order would wait for each other for ever.
    const { isSynced } = await this.changes.lock(tx, accountId);
    const current = withCurrentLids(news, await this.formerLids.find(tx, accountId, lidsIn(news)));
    const wrong = await this.knownLids.findUsedAsNumbers(tx, accountId, numbersToCheck(current, owner));
    const changes = withoutLidsAsNumbers(current, wrong);
    this.people.forget(accountId, news);
    this.people.forget(accountId, changes);
    if (!isSynced) await this.write(tx, owner, changes);
    else {
      for (const part of inParts(changes, { few: MANY, maxEntries: MAX_COMPARED })) {
        if (isOfNames(part, MANY)) await this.writeNames(tx, owner, part);
        else await this.writeAndTell(tx, owner, part);
      }
    }
    await this.changes.revise(tx, accountId);
  }

  /** Many names at once; see telling(). */
  private async writeNames(tx: Transaction, owner: AddressBookOwner, changes: ContactChanges): Promise<void> {
    const { accountId } = owner;
    const { saved, unsaved = [], pushNames } = changes;
    await this.changes.save(tx, accountId, lastPerPerson(saved).map(cleanSaved), telling);
    await this.changes.unsave(tx, accountId, unsaved, telling);
    const heard = lastPerPerson(named(pushNames, isOther(owner)));
    await this.changes.setPushNames(tx, accountId, heard, telling);
    noteAppended(tx, accountId);
  }

  private async writeAndTell(
    tx: Transaction,
    owner: AddressBookOwner,
    changes: ContactChanges,
  ): Promise<void> {
    const { accountId } = owner;
    const keys = keysIn(changes);
    const before = await this.states.find(tx, accountId, keys);
    await this.write(tx, owner, changes);
    const after = await this.states.findWritten(tx, accountId, keys, before);
    const written = new Set(after.map(({ id }) => id));
    const untouched = mayMerge(changes) ? before.map(({ id }) => id).filter((id) => !written.has(id)) : [];
    const gone = await this.states.findGone(tx, accountId, untouched);
    await this.feed.append(tx, accountId, changesOf({ before, after, gone, moves: movesIn(changes) }));
  }

  private async write(tx: Transaction, owner: AddressBookOwner, changes: ContactChanges): Promise<void> {
    const { accountId } = owner;
    const isOthers = isOther(owner);
    const areOthers = ({ jid, lid }: LidMapping) => isOthers(jid) && isOthers(lid);

    await this.mappings.join(tx, accountId, lastOfEach(changes.mappings?.filter(areOthers)));
    await this.changes.save(tx, accountId, lastPerPerson(changes.saved).map(cleanSaved));
    await this.changes.unsave(tx, accountId, changes.unsaved ?? []);
    await this.changes.setPushNames(tx, accountId, lastPerPerson(named(changes.pushNames, isOthers)));
    await this.changes.setUsernames(tx, accountId, latestPerName(changes.usernames, isOthers));
    await this.applyProfiles(tx, accountId, changes, isOthers);
    await this.applyBusinessNames(tx, accountId, named(changes.businessNames, isOthers));
    const moves = changes.numberChanges?.filter((change) => areAllOther(change, isOthers)) ?? [];
    await this.numberChanges.apply(tx, accountId, moves);
    const lids =
      changes.lidChanges?.filter(({ oldLid, newLid }) => isOthers(oldLid) && isOthers(newLid)) ?? [];
    await this.lidChanges.apply(tx, accountId, lids);
  }

  /** Called after the identity keys of the same changes are stored. */
  private async applyBusinessNames(tx: Transaction, accountId: number, names: BusinessName[]): Promise<void> {
    const signed = names.flatMap(({ address, isSignedBy }) => (isSignedBy ? [address] : []));
    const keys = await this.identityKeys.findCurrent(tx, accountId, signed);
    await this.changes.setBusinessNames(tx, accountId, lastPerPerson(verifiedBusinessNames(names, keys)));
  }

  private async applyProfiles(
    tx: Transaction,
    accountId: number,
    changes: ContactChanges,
    isOther: (address: Address) => boolean,
  ): Promise<void> {
    const others = <T extends { address: Address }>(entries: T[] | undefined) =>
      (entries ?? []).filter(({ address }) => isOther(address));
    await this.profiles.setBusinessFlags(tx, accountId, lastPerPerson(others(changes.businessFlags)));
    await this.profiles.setAbouts(tx, accountId, lastPerPerson(others(changes.abouts)).map(cleanAboutOf));
    const statuses = lastPerPerson(others(changes.textStatuses)).map(cleanStatus);
    await this.profiles.setTextStatuses(tx, accountId, statuses);
    await this.pictures.set(tx, accountId, lastPerPerson(others(changes.pictures)));
    await this.identityKeys.add(tx, accountId, oncePerKey(others(changes.identityKeys)));
  }

  /** How many contacts this transaction has written so far. */
  countChangedBy(tx: Transaction, accountId: number): Promise<number> {
    return this.changes.countChangedBy(tx, accountId);
  }
}

/** The account's owner is no contact of their own, unless they have saved themselves. */
function isOther(owner: AddressBookOwner): (address: Address) => boolean {
  return (address) => address !== owner.jid && address !== owner.lid;
}

/** Whether rows may become part of others, and be gone. */
function mayMerge({ mappings, numberChanges, lidChanges }: ContactChanges): boolean {
  return [mappings, numberChanges, lidChanges].some((list) => (list?.length ?? 0) > 0);
}

function cleanSaved<T extends { fullName: string | null; firstName: string | null }>(contact: T): T {
  return { ...contact, fullName: cleanName(contact.fullName), firstName: cleanName(contact.firstName) };
}

/** Unlike an empty name, an empty about is a value: the contact has removed it. */
function cleanAboutOf(about: About): About {
  return { ...about, text: about.text === null ? null : cleanAbout(about.text) };
}

function cleanStatus(status: TextStatus): TextStatus {
  return { ...status, text: cleanAbout(status.text), emoji: cleanName(status.emoji) };
}

function areAllOther(change: NumberChange, isOther: (address: Address) => boolean): boolean {
  const { oldJid, newJid, oldLid, newLid } = change;
  return (
    oldJid !== newJid && [oldJid, newJid, oldLid, newLid].every((address) => !address || isOther(address))
  );
}

/** A person may have had several keys in one list: each once, with the time at which it was seen last. */
function oncePerKey(keys: IdentityKeySeen[]): IdentityKeySeen[] {
  const byKey = new Map<string, IdentityKeySeen>();
  for (const seen of keys) {
    const id = `${seen.address} ${seen.key.toString('base64')}`;
    const known = byKey.get(id);
    if (known && known.seenAt > seen.seenAt) continue;
    byKey.delete(id);
    byKey.set(id, seen);
  }
  return [...byKey.values()];
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

/** Of each person and of each name the latest word: a name may have gone from one person to another. */
function latestPerName(entries: Username[] = [], isOther: (address: Address) => boolean): Username[] {
  const latest = new Map<string, Username>();
  for (const entry of entries
    .flatMap(usable)
    .toSorted((a, b) => Number(a.observedAt) - Number(b.observedAt))) {
    if (isOther(entry.address)) latest.set(entry.address, entry);
  }
  const holders = new Map([...latest.values()].map((entry) => [entry.name?.toLowerCase(), entry]));
  return [...latest.values()].filter(
    (entry) => entry.name === null || holders.get(entry.name.toLowerCase()) === entry,
  );
}

/** Null means that the contact no longer has a username. Text that is not a valid username is ignored. */
function usable(entry: Username): Username[] {
  const name = cleanUsername(entry.name);
  return name === null && entry.name !== null ? [] : [{ ...entry, name }];
}

function lastPerPerson<T extends { address: Address }>(entries: T[] | undefined): T[] {
  return [...new Map((entries ?? []).map((entry) => [entry.address, entry])).values()];
}

/** Mappings in which each number and each LID stands once: the latest word on either wins, of equals the last. */
function lastOfEach(mappings: LidMapping[] = []): LidMapping[] {
  const latestFirst = mappings.toSorted((a, b) => Number(a.observedAt) - Number(b.observedAt)).reverse();
  const seen = new Set<Address>();
  return latestFirst.filter(({ jid, lid }) => {
    const isLast = !seen.has(jid) && !seen.has(lid);
    seen.add(jid).add(lid);
    return isLast;
  });
}
