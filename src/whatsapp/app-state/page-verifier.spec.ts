import { beforeEach, describe, expect, it } from '@jest/globals';
import { encodeSyncdPatch, type LTHashState, newLTHashState, proto } from '@whiskeysockets/baileys';
import { randomBytes } from 'node:crypto';
import { expandMutationKeys, encryptedMutation, patchMacOf, snapshotMacOf } from './app-state-crypto.js';
import { CorruptAppState, MissingSyncKey } from './app-state-errors.js';
import type { CollectionState } from './app-state.repository.js';
import type { CollectionPage, Patch } from './collection-reader.js';
import { LT_HASH_BYTES, type ValueMacs } from './lt-hash.js';
import { PageVerifier } from './page-verifier.js';

const COLLECTION = 'critical_unblock_low';
const { SET, REMOVE } = proto.SyncdMutation.SyncdOperation;

/** Patches are made by Baileys' own encoder, so that two implementations of the MACs stand against each other. */
describe('a page of app state', () => {
  const keyId = randomBytes(6).toString('base64');
  const keyData = randomBytes(32);
  const start: CollectionState = {
    version: 0,
    ltHash: Buffer.alloc(LT_HASH_BYTES),
    generation: 1,
    isRebuilding: false,
  };
  let phone: LTHashState;
  let known: ValueMacs;

  const verifier = new PageVerifier(COLLECTION, async (id) => {
    if (id !== keyId) throw new MissingSyncKey(id);
    return expandMutationKeys(keyData);
  });

  beforeEach(() => {
    phone = newLTHashState();
    known = new Map();
  });

  /** One more patch of the phone's. */
  async function patchOf(number: string, fullName: string | null): Promise<Patch> {
    const { patch, state } = await encodeSyncdPatch(
      {
        type: COLLECTION,
        index: ['contact', `${number}@s.whatsapp.net`],
        syncAction: { contactAction: { fullName } },
        apiVersion: 2,
        operation: fullName === null ? REMOVE : SET,
      },
      keyId,
      phone,
      async () => ({ keyData }),
    );
    phone = state;
    if (fullName === null)
      delete phone.indexValueMap[
        Buffer.from(patch.mutations?.[0]?.record?.index?.blob ?? []).toString('base64')
      ];
    return {
      version: state.version,
      keyId,
      snapshotMac: patch.snapshotMac ?? new Uint8Array(),
      patchMac: patch.patchMac,
      exitCode: null,
      mutations: (patch.mutations ?? []).map(({ operation, record }) =>
        encryptedMutation(operation === REMOVE ? 'REMOVE' : 'SET', record),
      ),
    };
  }

  const page = (patches: Patch[], snapshot: CollectionPage['snapshot'] = null): CollectionPage => ({
    snapshot,
    patches,
    hasMore: false,
  });

  it('leads to the version and the LT hash of the phone', async () => {
    const patches = [
      await patchOf('4911', 'One'),
      await patchOf('4912', 'Two'),
      await patchOf('4911', 'One again'),
    ];
    const { state, mutations } = await verifier.verify(start, page(patches), known);
    expect(state.version).toBe(3);
    expect(state.ltHash).toEqual(Buffer.from(phone.hash));
    expect(mutations.map(({ value }) => value?.contactAction?.fullName)).toEqual(['One', 'Two', 'One again']);
    expect(mutations[0]?.index).toEqual(['contact', '4911@s.whatsapp.net']);
  });

  it('tells a removal from an edit', async () => {
    const patches = [await patchOf('4911', 'One'), await patchOf('4911', null)];
    const { mutations, state } = await verifier.verify(start, page(patches), known);
    expect(mutations.map(({ operation }) => operation)).toEqual(['SET', 'REMOVE']);
    expect(state.ltHash).toEqual(start.ltHash);
  });

  it('passes over patches that are known already', async () => {
    const patch = await patchOf('4911', 'One');
    const { state } = await verifier.verify(start, page([patch]), known);
    const again = await verifier.verify(state, page([patch]), known);
    expect(again).toEqual({ state, mutations: [], doubts: { snapshot: false, patches: 0 } });
  });

  it('puts patches in the order of their versions', async () => {
    const patches = [await patchOf('4911', 'One'), await patchOf('4911', 'Two')];
    const { mutations } = await verifier.verify(start, page(patches.toReversed()), known);
    expect(mutations.map(({ value }) => value?.contactAction?.fullName)).toEqual(['One', 'Two']);
  });

  it('takes a snapshot, and the patches after it', async () => {
    const first = await patchOf('4911', 'One');
    const snapshot = {
      version: 1,
      keyId,
      mac: snapshotMacOf(Buffer.from(phone.hash), 1, COLLECTION, expandMutationKeys(keyData).snapshotMac),
      records: first.mutations,
    };
    const { state, mutations } = await verifier.verify(
      start,
      page([await patchOf('4912', 'Two')], snapshot),
      known,
    );
    expect(state).toEqual({ ...start, version: 2, ltHash: Buffer.from(phone.hash) });
    expect(mutations).toHaveLength(2);
  });

  const flipped = (bytes: Uint8Array) => Buffer.from(bytes).map((byte, at) => (at === 0 ? byte ^ 1 : byte));

  it.each<[string, (patch: Patch) => Patch]>([
    ['patch MAC', (patch) => ({ ...patch, patchMac: flipped(patch.patchMac ?? new Uint8Array()) })],
    ['snapshot MAC', (patch) => ({ ...patch, snapshotMac: flipped(patch.snapshotMac) })],
    ['version', (patch) => ({ ...patch, version: patch.version + 1 })],
    [
      'value MAC',
      (patch) => ({
        ...patch,
        mutations: patch.mutations.map((m) => ({ ...m, valueMac: Buffer.from(flipped(m.valueMac)) })),
      }),
    ],
    [
      'ciphertext',
      (patch) => ({
        ...patch,
        mutations: patch.mutations.map((m) => ({ ...m, ciphertext: Buffer.from(flipped(m.ciphertext)) })),
      }),
    ],
    [
      'index MAC',
      (patch) => ({
        ...patch,
        mutations: patch.mutations.map((m) => ({ ...m, indexMac: Buffer.from(flipped(m.indexMac)) })),
      }),
    ],
    [
      'operation',
      (patch) => ({
        ...patch,
        mutations: patch.mutations.map((m) => ({ ...m, operation: 'REMOVE' as const })),
      }),
    ],
  ])('is refused when a %s is wrong', async (_, spoil) => {
    const patch = spoil(await patchOf('4911', 'One'));
    await expect(verifier.verify(start, page([patch]), known)).rejects.toThrow(CorruptAppState);
  });

  it('is refused when a patch in between is missing', async () => {
    const patches = [
      await patchOf('4911', 'One'),
      await patchOf('4912', 'Two'),
      await patchOf('4913', 'Three'),
    ];
    const [first, , third] = patches as [Patch, Patch, Patch];
    await expect(verifier.verify(start, page([first, third]), known)).rejects.toThrow(
      /between 1 and 3 are missing/,
    );
  });

  it('is refused when the phone has given the collection up', async () => {
    const patch = { ...(await patchOf('4911', 'One')), exitCode: 7 };
    await expect(verifier.verify(start, page([patch]), known)).rejects.toThrow(/exit code 7/);
  });

  /** A patch whose own MAC is right, though it names an LT hash that nobody has. */
  async function doubtful(patch: Patch): Promise<Patch> {
    const snapshotMac = flipped(patch.snapshotMac);
    const valueMacs = patch.mutations.map(({ valueMac }) => valueMac);
    const { patchMac } = expandMutationKeys(keyData);
    const { version } = patch;
    const mac = patchMacOf({ snapshotMac, valueMacs, version, collection: COLLECTION }, patchMac);
    return { ...patch, snapshotMac, patchMac: mac };
  }

  it('is taken when the patch is authentic, though the LT hash is another, and counts until it fits again', async () => {
    const [one, two] = [
      await doubtful(await patchOf('4911', 'One')),
      await doubtful(await patchOf('4912', 'Two')),
    ];
    const verified = await verifier.verify(start, page([one, two]), known);
    expect(verified.mutations).toHaveLength(2);
    expect(verified.doubts.patches).toBe(2);
    const after = await verifier.verify(verified.state, page([await patchOf('4913', 'Three')]), known);
    expect(after.doubts.patches).toBe(0);
  });

  it('gives what is authentic of a snapshot that does not add up, to those who are lenient', async () => {
    const [one, two] = [await patchOf('4911', 'One'), await patchOf('4912', 'Two')];
    const [spoiled] = one.mutations;
    const records = [
      { ...spoiled, ciphertext: Buffer.from(flipped(spoiled?.ciphertext ?? Buffer.of(1))) },
      ...two.mutations,
    ] as typeof one.mutations;
    const snapshot = { version: 2, keyId, mac: Buffer.alloc(32), records };
    await expect(verifier.verify(start, page([], snapshot), known)).rejects.toThrow(CorruptAppState);
    const { mutations, doubts } = await verifier.verify(start, page([], snapshot), known, true);
    expect(mutations.map(({ value }) => value?.contactAction?.fullName)).toEqual(['Two']);
    expect(doubts.snapshot).toBe(true);
  });

  it('says which sync key is missing', async () => {
    const patch = { ...(await patchOf('4911', 'One')), keyId: 'b3RoZXI=' };
    await expect(verifier.verify(start, page([patch]), known)).rejects.toThrow(
      /has not yet shared the sync key b3RoZXI=/,
    );
  });
});
