import { type Address, isLid, type Lid } from '../../kernel/identifiers/address.js';
import { type ContactChanges, type LidChange, PROFILE_KINDS } from './contact-changes.js';
import type { LidSuccessor } from './former-lids.repository.js';

/** Returns all LIDs in changes. */
export function lidsIn(changes: ContactChanges): Lid[] {
  const addresses = PROFILE_KINDS.flatMap((kind): { address: Address }[] => changes[kind] ?? []).map(
    ({ address }) => address,
  );
  const lids = [
    ...addresses.filter(isLid),
    ...(changes.mappings ?? []).map(({ lid }) => lid),
    ...(changes.numberChanges ?? []).flatMap(({ oldLid, newLid }) => [oldLid, newLid]),
    ...(changes.lidChanges ?? []).flatMap(({ oldLid, newLid }) => [oldLid, newLid]),
  ];
  return [...new Set(lids.filter((lid) => lid !== null))];
}

/** Replaces former LIDs by current ones, except in changes that were observed after the LID changed. */
export function withCurrentLids(
  changes: ContactChanges,
  successors: ReadonlyMap<Lid, LidSuccessor>,
): ContactChanges {
  if (successors.size === 0) return changes;
  const current = <T extends Address | null>(address: T, observedAt: Date | null = null): T => {
    const successor = address && isLid(address) && successors.get(address);
    return successor && !(observedAt && observedAt > successor.since) ? (successor.lid as T) : address;
  };
  const profiles = PROFILE_KINDS.flatMap((kind) =>
    changes[kind]
      ? [[kind, changes[kind].map((entry) => ({ ...entry, address: current(entry.address) }))]]
      : [],
  );
  return {
    ...changes,
    ...(Object.fromEntries(profiles) as ContactChanges),
    mappings: changes.mappings?.map((mapping) => ({
      ...mapping,
      lid: current(mapping.lid, mapping.observedAt),
    })),
    numberChanges: changes.numberChanges?.map((change) => ({
      ...change,
      oldLid: current(change.oldLid),
      newLid: current(change.newLid, change.observedAt),
    })),
    lidChanges: changes.lidChanges?.flatMap((change) => currentChange(change, successors)),
  };
}

/** Drops repeated and outdated changes, and applies changes of a former LID to the current one. */
function currentChange(change: LidChange, successors: ReadonlyMap<Lid, LidSuccessor>): LidChange[] {
  const { observedAt } = change;
  const ofOld = successors.get(change.oldLid);
  if (ofOld && observedAt <= ofOld.since) return [];
  const ofNew = successors.get(change.newLid);
  const oldLid = ofOld?.lid ?? change.oldLid;
  const newLid = ofNew && observedAt <= ofNew.since ? ofNew.lid : change.newLid;
  return oldLid === newLid ? [] : [{ oldLid, newLid, observedAt }];
}
