import { type Address, isLid, type Lid } from '../../kernel/identifiers/address.js';
import { type ContactChanges, PROFILE_KINDS, type LidChange } from './contact-changes.js';
import type { LidSuccessor } from './former-lids.repository.js';

/** LIDs of people who are told of. */
export function lidsIn(changes: ContactChanges): Lid[] {
  const facts = PROFILE_KINDS.flatMap((kind): { address: Address }[] => changes[kind] ?? []).map(
    ({ address }) => address,
  );
  const lids = [
    ...facts.filter(isLid),
    ...(changes.mappings ?? []).map(({ lid }) => lid),
    ...(changes.numberChanges ?? []).flatMap(({ oldLid, newLid }) => [oldLid, newLid]),
    ...(changes.lidChanges ?? []).flatMap(({ oldLid, newLid }) => [oldLid, newLid]),
  ];
  return [...new Set(lids.filter((lid) => lid !== null))];
}

/** The same news with the LIDs that people have now. What was seen after the change is right as it is. */
export function withCurrentLids(
  changes: ContactChanges,
  successors: ReadonlyMap<Lid, LidSuccessor>,
): ContactChanges {
  if (successors.size === 0) return changes;
  const current = <T extends Address | null>(address: T, observedAt: Date | null = null): T => {
    const successor = address && isLid(address) && successors.get(address);
    return successor && !(observedAt && observedAt > successor.since) ? (successor.lid as T) : address;
  };
  const facts = PROFILE_KINDS.flatMap((kind) =>
    changes[kind] ? [[kind, changes[kind].map((fact) => ({ ...fact, address: current(fact.address) }))]] : [],
  );
  return {
    ...changes,
    ...(Object.fromEntries(facts) as ContactChanges),
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

/** Told again or late, a change is none; told of a LID before the last, it is about the last. */
function currentChange(change: LidChange, successors: ReadonlyMap<Lid, LidSuccessor>): LidChange[] {
  const { observedAt } = change;
  const ofOld = successors.get(change.oldLid);
  if (ofOld && observedAt <= ofOld.since) return [];
  const ofNew = successors.get(change.newLid);
  const oldLid = ofOld?.lid ?? change.oldLid;
  const newLid = ofNew && observedAt <= ofNew.since ? ofNew.lid : change.newLid;
  return oldLid === newLid ? [] : [{ oldLid, newLid, observedAt }];
}
