import { deserialize } from 'node:v8';
import type { Lease } from '../lease/lease.js';
import { LeaseLost } from '../lease/lease-lost.js';
import { ReadNotEnded } from '../reading/reader-errors.js';
import type { ReaderPool } from '../reading/reader-pool.js';
import { InputRefused } from '../wire/input-refused.js';
import type { AppStateRepository, CollectionKey } from './app-state.repository.js';
import type { Mutation } from './app-state-crypto.js';
import { CorruptAppState, ReadSuspended } from './app-state-errors.js';
import { macKeyOf, type ValueMacs } from './lt-hash.js';
import {
  lastOfEach,
  PAGE_CALLS,
  type PageInput,
  type PageOutcome,
  type PageResult,
  readPage,
} from './page-job.js';
import { PageVerifier } from './page-verifier.js';
import type { SyncKeys } from './sync-keys.js';
import { readPatch, readReference } from './syncd-messages.js';

/** Receives the content of a page. Both methods are called again when a page is restarted. */
export interface PageSink {
  /** Called when all of the page is verified. If it rejects, none of the page is used. */
  verified(result: PageResult): Promise<void>;
  /** The last mutations of some records, in the order in which they apply. */
  mutations(batch: Mutation[]): Promise<void>;
}

export interface PageReaderOptions extends CollectionKey {
  keys: SyncKeys;
  repository: AppStateRepository;
  lease: Lease;
  readers: ReaderPool;
}

/** Reading this much in this thread takes at most 30 ms; a change of one contact has 300 bytes. */
const MAX_BYTES_HERE = 64 * 1024;

/**
 * Verifies and decrypts pages: small ones in this thread, so that changes apply immediately, all others in a reader
 * process.
 */
export class PageReader {
  private readonly verifier: PageVerifier;

  constructor(private readonly options: PageReaderOptions) {
    this.verifier = new PageVerifier(options.collection, (keyId) => options.keys.get(keyId));
  }

  /**
   * @param generation of the records that the patches change
   * @throws CorruptAppState, MissingSyncKey, ReadSuspended, InputRefused, ReadNotEnded, MediaUnavailable, or errors of
   *   the sink
   */
  async read(input: PageInput, generation: number, sink: PageSink): Promise<void> {
    const patches = input.snapshot || input.recovery ? null : smallPatches(input.patches);
    if (!patches) return this.readElsewhere(input, generation, sink);
    const indexMacs = patches.flatMap(({ mutations }) => mutations.map(({ indexMac }) => indexMac));
    const known = await this.findValueMacs(generation, indexMacs);
    const verified = await this.verifier.verify(input, patches, known, input.isLenient);
    const { version, ltHash, mutations, doubtful } = verified;
    await sink.verified({ version, ltHash, doubts: { snapshot: false, patches: doubtful } });
    await sink.mutations(lastOfEach(mutations));
  }

  private async readElsewhere(input: PageInput, generation: number, sink: PageSink): Promise<void> {
    const { accountId, keys, lease, readers } = this.options;
    const outcome = await readers
      .run<PageOutcome>({
        accountId,
        job: 'collection',
        input,
        bytes: bytesOf(input),
        readHere: readPage,
        signal: lease.lost,
        begin: () => this.begin(),
        handlers: {
          [PAGE_CALLS.keys]: (keyId: string) => keys.get(keyId),
          [PAGE_CALLS.valueMacs]: async (indexMacs: Buffer[]) => {
            const known = await this.findValueMacs(generation, indexMacs);
            return indexMacs.flatMap((each) => {
              const valueMac = known.get(macKeyOf(each));
              return valueMac ? [[each, valueMac]] : [];
            });
          },
          [PAGE_CALLS.verified]: (result: PageResult) => sink.verified(result),
          [PAGE_CALLS.mutations]: (batch: Buffer) => sink.mutations(deserialize(batch) as Mutation[]),
        },
      })
      .catch((error: unknown) => this.failed(error as Error));
    await this.end();
    if (outcome.isCorrupt) throw new CorruptAppState(outcome.reason);
  }

  private findValueMacs(generation: number, indexMacs: Buffer[]): Promise<ValueMacs> {
    return this.options.repository.findValueMacs(this.options, generation, indexMacs);
  }

  private async begin(): Promise<void> {
    const { collection, repository, lease } = this.options;
    const mayBegin = await lease.transaction((tx) => repository.beginRead(tx, this.options));
    if (!mayBegin) throw new ReadSuspended(collection);
  }

  /** An interrupted read remains counted; one that would be terminated again at the same point counts more. */
  private async failed(error: Error): Promise<never> {
    const { repository, lease } = this.options;
    if (error instanceof ReadNotEnded || error instanceof InputRefused)
      await lease.transaction((tx) => repository.countFailedRead(tx, this.options));
    else if (!(error instanceof LeaseLost) && !(error instanceof ReadSuspended)) await this.end();
    throw error;
  }

  private async end(): Promise<void> {
    const { repository, lease } = this.options;
    await lease.transaction((tx) => repository.endRead(tx, this.options));
  }
}

/** Returns the announced size of a snapshot with small patches; of any other page, the size is unknown. */
function bytesOf({ snapshot, recovery, patches }: PageInput): number {
  const isSnapshotOnly = snapshot && !recovery && smallPatches(patches);
  return (isSnapshotOnly && readReference(snapshot).bytes) || Infinity;
}

/** Returns null if they are large, or if some of their mutations are in external files. */
function smallPatches(patches: Buffer[]) {
  const bytes = patches.reduce((sum, { length }) => sum + length, 0);
  if (bytes > MAX_BYTES_HERE) return null;
  const read = patches.map(readPatch);
  return read.some(({ external }) => external) ? null : read;
}
