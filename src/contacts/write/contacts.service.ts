import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../database/transaction.js';
import { FeedRepository } from '../../feed/feed.repository.js';
import { noteAppended } from '../../feed/feed-notifications.repository.js';
import type { Address } from '../../kernel/identifiers/address.js';
import { AccountTx } from './account-tx.js';
import { cleanAbout, cleanName, cleanUsername } from './clean-name.js';
import { ContactCaches } from './contact-cache.js';
import {
  type About,
  type AddressBookOwner,
  type BusinessName,
  type ContactChanges,
  identifiersIn,
  type IdentityKeySeen,
  isNameChange,
  type LidMapping,
  movesIn,
  type NumberChange,
  splitChanges,
  type TextStatus,
  type Username,
} from './contact-changes.js';
import { ContactChangesRepository } from './contact-changes.repository.js';
import { diffContacts } from './contact-diff.js';
import { ContactSnapshotsRepository } from './contact-snapshots.repository.js';
import { lidsIn, withCurrentLids } from './current-lids.js';
import { FormerLidsRepository } from './former-lids.repository.js';
import { IdentityKeysRepository } from './identity-keys.repository.js';
import { KnownLidsRepository } from './known-lids.repository.js';
import { LidChangesRepository } from './lid-changes.repository.js';
import { LidMappingsRepository } from './lid-mappings.repository.js';
import { numbersToCheck, withoutLidsAsNumbers } from './lids-as-numbers.js';
import { appendingChanges } from './name-changes.sql.js';
import { NumberChangesRepository } from './number-changes.repository.js';
import { PicturesRepository } from './pictures.repository.js';
import { ProfileChangesRepository } from './profile-changes.repository.js';
import { verifiedBusinessNames } from './verified-business-names.js';

/** Limits memory: entries per comparison. */
const MAX_COMPARED = 5_000;
/** Larger changes of names append to the feed in the statements that write them. */
const LARGE_NAME_CHANGE = 200;

/**
 * Applies the rules that turn changes from WhatsApp into rows: a contact is one row, each source has its columns, empty
 * values never overwrite, and the account itself is a contact only if it is saved on the phone.
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
    private readonly snapshots: ContactSnapshotsRepository,
    private readonly feed: FeedRepository,
    private readonly caches: ContactCaches,
  ) {}

  /**
   * Writes any number of changes in the caller's transaction, and appends the resulting changes to the feed. Appends
   * nothing during the first sync; the event `sync.completed` ends it (AddressBookSync).
   */
  async apply(transaction: Transaction, owner: AddressBookOwner, received: ContactChanges): Promise<void> {
    const { accountId } = owner;
    const tx = new AccountTx(transaction, accountId);
    // Without the lock, two writers with the same contacts in different order would deadlock.
    const { isSynced } = await this.changes.lock(tx);
    const current = withCurrentLids(received, await this.formerLids.find(tx, lidsIn(received)));
    const wrong = await this.knownLids.findUsedAsNumbers(tx, numbersToCheck(current, owner));
    const changes = withoutLidsAsNumbers(current, wrong);
    this.caches.forget(accountId, received);
    this.caches.forget(accountId, changes);
    if (!isSynced) await this.write(tx, owner, changes);
    else {
      for (const part of splitChanges(changes, {
        maxTogether: LARGE_NAME_CHANGE,
        maxEntries: MAX_COMPARED,
      })) {
        if (isNameChange(part, LARGE_NAME_CHANGE)) await this.writeNames(tx, owner, part, appendingChanges);
        else await this.writeAndCompare(tx, owner, part);
      }
    }
    await this.changes.revise(tx);
  }

  private async writeAndCompare(
    tx: AccountTx,
    owner: AddressBookOwner,
    changes: ContactChanges,
  ): Promise<void> {
    const identifiers = identifiersIn(changes);
    const before = await this.snapshots.find(tx, identifiers);
    await this.write(tx, owner, changes);
    const after = await this.snapshots.findWritten(tx, identifiers, before);
    const written = new Set(after.map(({ id }) => id));
    const unwritten = mayMerge(changes) ? before.map(({ id }) => id).filter((id) => !written.has(id)) : [];
    const gone = await this.snapshots.findGone(tx, unwritten);
    const appended = diffContacts({ before, after, gone, moves: movesIn(changes) });
    await this.feed.append(tx.transaction, tx.accountId, appended);
  }

  private async write(tx: AccountTx, owner: AddressBookOwner, changes: ContactChanges): Promise<void> {
    const isOthers = isOther(owner);
    const mappings = changes.mappings?.filter(({ jid, lid }) => isOthers(jid) && isOthers(lid));
    await this.mappings.join(tx, lastOfEach(mappings));
    await this.writeNames(tx, owner, changes);
    await this.changes.setUsernames(tx, latestPerName(changes.usernames, isOthers));
    await this.writeProfiles(tx, changes, isOthers);
    await this.writeBusinessNames(tx, named(changes.businessNames, isOthers));
    const numbers = changes.numberChanges?.filter((change) => areAllOther(change, isOthers)) ?? [];
    await this.numberChanges.apply(tx, numbers);
    const lids =
      changes.lidChanges?.filter(({ oldLid, newLid }) => isOthers(oldLid) && isOthers(newLid)) ?? [];
    await this.lidChanges.apply(tx, lids);
  }

  /** @param wrap changes the statements, for example to append to the feed */
  private async writeNames(
    tx: AccountTx,
    owner: AddressBookOwner,
    { saved, unsaved = [], pushNames }: ContactChanges,
    wrap?: (statement: string) => string,
  ): Promise<void> {
    await this.changes.save(tx, lastPerContact(saved).map(cleanSaved), wrap);
    await this.changes.unsave(tx, unsaved, wrap);
    await this.changes.setPushNames(tx, latestPerContact(named(pushNames, isOther(owner))), wrap);
    if (wrap) noteAppended(tx.transaction, tx.accountId);
  }

  /** Called after the identity keys of the same changes are stored. */
  private async writeBusinessNames(tx: AccountTx, names: BusinessName[]): Promise<void> {
    const signed = names.flatMap(({ address, isSignedBy }) => (isSignedBy ? [address] : []));
    const keys = await this.identityKeys.findCurrent(tx, signed);
    await this.changes.setBusinessNames(tx, lastPerContact(verifiedBusinessNames(names, keys)));
  }

  private async writeProfiles(
    tx: AccountTx,
    changes: ContactChanges,
    isOther: (address: Address) => boolean,
  ): Promise<void> {
    const others = <T extends { address: Address }>(entries: T[] | undefined) =>
      (entries ?? []).filter(({ address }) => isOther(address));
    await this.profiles.setBusinessFlags(tx, lastPerContact(others(changes.businessFlags)));
    await this.profiles.setAbouts(tx, lastPerContact(others(changes.abouts)).map(cleanAboutOf));
    const statuses = lastPerContact(others(changes.textStatuses)).map(cleanStatus);
    await this.profiles.setTextStatuses(tx, statuses);
    await this.pictures.set(tx, lastPerContact(others(changes.pictures)));
    await this.identityKeys.add(tx, oncePerKey(others(changes.identityKeys)));
  }

  /** Returns how many contacts this transaction has written so far. */
  countChangedBy(tx: Transaction, accountId: number): Promise<number> {
    return this.changes.countChangedBy(new AccountTx(tx, accountId));
  }
}

/** Returns whether an address is not that of the account itself. */
function isOther(owner: AddressBookOwner): (address: Address) => boolean {
  return (address) => address !== owner.jid && address !== owner.lid;
}

/** Returns whether changes may merge contacts. */
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

/** Returns each key of a contact once, with the time when it was seen last. */
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

/** Returns entries of other contacts with a name. WhatsApp sends `-` for contacts without a push name. */
function named<T extends { address: Address; name: string }>(
  entries: T[] | undefined,
  isOther: (address: Address) => boolean,
): T[] {
  return (entries ?? []).flatMap((entry) => {
    const name = cleanName(entry.name);
    return name && name !== '-' && isOther(entry.address) ? [{ ...entry, name }] : [];
  });
}

/** Returns the latest entry of each contact and of each username, because usernames may change their owner. */
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

function lastPerContact<T extends { address: Address }>(entries: T[] | undefined): T[] {
  return [...new Map((entries ?? []).map((entry) => [entry.address, entry])).values()];
}

/** Returns the latest entry of each contact, and the last of those with equal times. */
function latestPerContact<T extends { address: Address; observedAt: Date }>(entries: T[]): T[] {
  return lastPerContact(entries.toSorted((a, b) => Number(a.observedAt) - Number(b.observedAt)));
}

/** Returns mappings with each number and each LID once: the latest, or the last of those with equal times. */
function lastOfEach(mappings: LidMapping[] = []): LidMapping[] {
  const latestFirst = mappings.toSorted((a, b) => Number(a.observedAt) - Number(b.observedAt)).reverse();
  const seen = new Set<Address>();
  return latestFirst.filter(({ jid, lid }) => {
    const isLast = !seen.has(jid) && !seen.has(lid);
    seen.add(jid).add(lid);
    return isLast;
  });
}
