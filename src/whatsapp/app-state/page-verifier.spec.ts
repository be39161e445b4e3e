import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { encodeSyncdPatch, type LTHashState, newLTHashState, proto } from '@whiskeysockets/baileys';
import { expandMutationKeys, patchMacOf } from './app-state-crypto.js';
import { CorruptAppState, MissingSyncKey } from './app-state-errors.js';
import { LT_HASH_BYTES, type ValueMacs } from './lt-hash.js';
import { type HashedVersion, PageVerifier } from './page-verifier.js';
import { type Patch, readPatch } from './syncd-messages.js';

const COLLECTION = 'critical_unblock_low';
const { SET, REMOVE } = proto.SyncdMutation.SyncdOperation;

/** Baileys encodes the patches, so these tests compare two implementations of the MACs. */
describe('PageVerifier', () => {
  const keyId = randomBytes(6).toString('base64');
  const keyData = randomBytes(32);
  const start: HashedVersion = { version: 0, ltHash: Buffer.alloc(LT_HASH_BYTES) };
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

  /** Creates the next patch of the phone. */
  async function patchOf(
    number: string,
    fullName: string | null,
    more: proto.ISyncdPatch = {},
  ): Promise<Patch> {
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
    return readPatch(
      Buffer.from(
        proto.SyncdPatch.encode({
          ...patch,
          version: { version: state.version },
          keyId: { id: Buffer.from(keyId, 'base64') },
          ...more,
        }).finish(),
      ),
    );
  }

  it('returns the version and the LT hash of the phone', async () => {
    const patches = [
      await patchOf('4911', 'One'),
      await patchOf('4912', 'Two'),
      await patchOf('4911', 'One again'),
    ];
    const { mutations, ...state } = await verifier.verify(start, patches, known);
    expect(state.version).toBe(3);
    expect(state.ltHash).toEqual(Buffer.from(phone.hash));
    expect(mutations.map(({ value }) => value?.contact?.fullName)).toEqual(['One', 'Two', 'One again']);
    expect(mutations[0]?.index).toEqual(['contact', '4911@s.whatsapp.net']);
  });

  it('distinguishes removals from edits', async () => {
    const patches = [await patchOf('4911', 'One'), await patchOf('4911', null)];
    const { mutations, ...state } = await verifier.verify(start, patches, known);
    expect(mutations.map(({ operation }) => operation)).toEqual(['SET', 'REMOVE']);
    expect(state.ltHash).toEqual(start.ltHash);
  });

  it('skips patches that were already applied', async () => {
    const patch = await patchOf('4911', 'One');
    const state = await verifier.verify(start, [patch], known);
    const again = await verifier.verify(state, [patch], known);
    expect(again).toEqual({ version: state.version, ltHash: state.ltHash, mutations: [], doubtful: 0 });
  });

  it('applies patches in the order of their versions', async () => {
    const patches = [await patchOf('4911', 'One'), await patchOf('4911', 'Two')];
    const { mutations } = await verifier.verify(start, patches.toReversed(), known);
    expect(mutations.map(({ value }) => value?.contact?.fullName)).toEqual(['One', 'Two']);
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
  ])('rejects a patch with a wrong %s', async (_, spoil) => {
    const patch = spoil(await patchOf('4911', 'One'));
    await expect(verifier.verify(start, [patch], known)).rejects.toThrow(CorruptAppState);
  });

  it('rejects patches if one in between is missing', async () => {
    const patches = [
      await patchOf('4911', 'One'),
      await patchOf('4912', 'Two'),
      await patchOf('4913', 'Three'),
    ];
    const [first, , third] = patches as [Patch, Patch, Patch];
    await expect(verifier.verify(start, [first, third], known)).rejects.toThrow(
      /between 1 and 3 are missing/,
    );
  });

  it('accepts the exit code 0, which is not terminal', async () => {
    const patch = await patchOf('4911', 'One', { exitCode: { code: 0, text: 'ok' } });
    expect((await verifier.verify(start, [patch], known)).mutations).toHaveLength(1);
  });

  it('rejects a patch with another exit code', async () => {
    const patch = { ...(await patchOf('4911', 'One')), exitCode: 7 };
    await expect(verifier.verify(start, [patch], known)).rejects.toThrow(/exit code 7/);
  });

  /** Returns a patch with a valid MAC and an LT hash that differs from the computed one. */
  async function doubtful(patch: Patch): Promise<Patch> {
    const snapshotMac = flipped(patch.snapshotMac);
    const valueMacs = patch.mutations.map(({ valueMac }) => valueMac);
    const { patchMac } = expandMutationKeys(keyData);
    const { version } = patch;
    const mac = patchMacOf({ snapshotMac, valueMacs, version, collection: COLLECTION }, patchMac);
    return { ...patch, snapshotMac, patchMac: mac };
  }

  it('accepts authentic patches with another LT hash, and counts them until the hash matches again', async () => {
    const [one, two] = [
      await doubtful(await patchOf('4911', 'One')),
      await doubtful(await patchOf('4912', 'Two')),
    ];
    const verified = await verifier.verify(start, [one, two], known);
    expect(verified.mutations).toHaveLength(2);
    expect(verified.doubtful).toBe(2);
    const after = await verifier.verify(verified, [await patchOf('4913', 'Three')], known);
    expect(after.doubtful).toBe(0);
  });

  it('throws an error that contains the ID of the missing sync key', async () => {
    const patch = { ...(await patchOf('4911', 'One')), keyId: 'b3RoZXI=' };
    await expect(verifier.verify(start, [patch], known)).rejects.toThrow(
      /has not yet shared the sync key b3RoZXI=/,
    );
  });
});
