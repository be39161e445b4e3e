import { serialize } from 'node:v8';
import type { Call, Job, ReadLimits } from '../reading/reader-protocol.js';
import { FieldStream } from '../wire/field-stream.js';
import { downloadMedia, type MediaOptions, type MediaReference } from '../wire/media-file.js';
import type { EncryptedMutation, Mutation, MutationKeys } from './app-state-crypto.js';
import { CorruptAppState } from './app-state-errors.js';
import { macKeyOf, type ValueMacs } from './lt-hash.js';
import { type FindMutationKeys, type HashedVersion, PageVerifier } from './page-verifier.js';
import { BATCH_SIZE } from './record-list.js';
import { readSnapshot, type WholeCollection } from './snapshot-reader.js';
import { readRecovery } from './snapshot-recovery.js';
import { type Patch, readMutation, readPatch, readReference, requireFewMutations } from './syncd-messages.js';

/** The part of a collection to read. */
export interface PageInput extends HashedVersion {
  collection: string;
  /** `ExternalBlobReference` of a snapshot, or the phone's own copy; the patches start there. */
  snapshot: Buffer | null;
  recovery: Buffer | null;
  /** `SyncdPatch` each. */
  patches: Buffer[];
  isLenient: boolean;
  /** URL of the proxy for files, with credentials; null connects directly. */
  proxy: string | null;
}

/** Verification failures that were accepted. */
export interface Doubts {
  /** Whether a snapshot does not match its hash, or some of its records cannot be read. */
  snapshot: boolean;
  /**
   * Number of consecutive patches, including the last one, after which the LT hash differs from the one that they
   * contain.
   */
  patches: number;
}

/** Result of a page. */
export interface PageResult extends HashedVersion {
  doubts: Doubts;
}

/** Result of the job, which may be an error that describes what is wrong with the page. */
export type PageOutcome = { isCorrupt: false } | { isCorrupt: true; reason: string };

/** Handlers that the job calls. */
export const PAGE_CALLS = {
  /** Key ID → `MutationKeys`. */
  keys: 'keys',
  /** Index MACs → `[index MAC, value MAC]` of the records that are stored. */
  valueMacs: 'valueMacs',
  /** `PageResult`, once everything is verified. */
  verified: 'verified',
  /** `Mutation[]`, serialized; the last mutation of each record. */
  mutations: 'mutations',
} as const;

/**
 * Reads a page of app state that requires downloads: verifies all of it, then passes on its mutations in batches.
 * @throws InputRefused, MediaUnavailable; in that case no mutations were passed on
 */
export const readPage: Job<PageInput, PageOutcome> = async (input, call, limits) => {
  try {
    await new PageJob(input, call, limits).run();
    return { isCorrupt: false };
  } catch (error) {
    if (error instanceof CorruptAppState) return { isCorrupt: true, reason: error.message };
    throw error;
  }
};

class PageJob {
  private readonly keys = new Map<string, MutationKeys>();
  private readonly findKeys: FindMutationKeys;

  constructor(
    private readonly input: PageInput,
    private readonly call: Call,
    private readonly limits?: ReadLimits,
  ) {
    this.findKeys = (keyId) => this.findKeysOnce(keyId);
  }

  async run(): Promise<void> {
    const { collection, version, ltHash, isLenient } = this.input;
    const whole = await this.readWhole();
    const start = whole ?? { version, ltHash };
    const patches = await this.readPatches();
    const encrypted = patches.flatMap(({ mutations }) => mutations);
    const known = whole ? whole.records.knownTo(encrypted) : await this.findValueMacs(encrypted);
    const verifier = new PageVerifier(collection, this.findKeys);
    const verified = await verifier.verify(start, patches, known, isLenient);
    const result: PageResult = {
      version: verified.version,
      ltHash: verified.ltHash,
      doubts: { snapshot: whole?.isDoubtful ?? false, patches: verified.doubtful },
    };
    await this.call(PAGE_CALLS.verified, result);
    for (const batch of whole?.records.batches ?? []) await this.call(PAGE_CALLS.mutations, batch);
    await this.passOn(lastOfEach(verified.mutations));
  }

  private async readWhole(): Promise<WholeCollection | null> {
    const { snapshot, recovery, collection, isLenient, proxy } = this.input;
    if (recovery) return readRecovery(recovery, collection, this.findKeys);
    if (!snapshot) return null;
    const media = { proxy, maxBytes: this.limits?.maxFileBytes };
    return readSnapshot(readReference(snapshot), collection, this.findKeys, { isLenient, media });
  }

  private async readPatches(): Promise<Patch[]> {
    const patches: Patch[] = [];
    const media = { proxy: this.input.proxy, maxBytes: this.limits?.maxFileBytes };
    let count = 0;
    for (const bytes of this.input.patches) {
      const { external, ...patch } = readPatch(bytes);
      if (external) patch.mutations.push(...(await readExternal(external, media)));
      requireFewMutations((count += patch.mutations.length));
      patches.push(patch);
    }
    return patches;
  }

  private async findKeysOnce(keyId: string): Promise<MutationKeys> {
    const found = this.keys.get(keyId) ?? ((await this.call(PAGE_CALLS.keys, keyId)) as MutationKeys);
    this.keys.set(keyId, found);
    return found;
  }

  private async findValueMacs(mutations: EncryptedMutation[]): Promise<ValueMacs> {
    const indexMacs = mutations.map(({ indexMac }) => indexMac);
    const found = (await this.call(PAGE_CALLS.valueMacs, indexMacs)) as [Buffer, Buffer][];
    return new Map(found.map(([indexMac, valueMac]) => [macKeyOf(indexMac), valueMac]));
  }

  private async passOn(mutations: Mutation[]): Promise<void> {
    for (let start = 0; start < mutations.length; start += BATCH_SIZE) {
      await this.call(PAGE_CALLS.mutations, serialize(mutations.slice(start, start + BATCH_SIZE)));
    }
  }
}

/** Reads a file with mutations of a patch, `SyncdMutations`. */
async function readExternal(file: MediaReference, media: MediaOptions): Promise<EncryptedMutation[]> {
  const mutations: EncryptedMutation[] = [];
  const stream = new FieldStream({ 1: { maxBytes: 16 * 1024 } }, (_, content) => {
    mutations.push(readMutation(content as Buffer));
    requireFewMutations(mutations.length);
  });
  for await (const chunk of await downloadMedia(file, 'md-app-state', media)) stream.push(chunk);
  stream.end();
  return mutations;
}

/** Returns the last mutation of each record, in order. A page may set and remove the same record. */
export function lastOfEach(mutations: Mutation[]): Mutation[] {
  const last = new Map<string, Mutation>();
  for (const mutation of mutations) {
    const key = macKeyOf(mutation.indexMac);
    last.delete(key);
    last.set(key, mutation);
  }
  return [...last.values()];
}
