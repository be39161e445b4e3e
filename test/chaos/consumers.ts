import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangeDto, ChangePageDto } from '../../src/api/changes/changes.dto.js';
import type { CreatedWebhookDto } from '../../src/api/webhooks/webhooks.dto.js';
import { Copy, type Get, ReadAgain } from '../feed/copy.js';
import { StreamReader } from '../feed/stream-reader.js';
import { Random } from '../soak/random.js';
import type { World } from '../support/world.js';
import { Receiver } from '../webhooks/receiver.js';

const TRY_AGAIN_MS = 100;
const MAX_PAUSE_MS = 1_500;
/** Maximum length of a printed difference, because some names are long. */
const MAX_TOLD = 400;

/** Reads changes until it ends, or until its signal is aborted, for example when the consumer is killed. */
type Follow = (consumer: Consumer, signal: AbortSignal) => Promise<void>;

/**
 * Copies an address book by following its feed. It is killed and paused at random, and continues from its stored state.
 */
class Consumer {
  /** State that survives kills. */
  stored: Copy | null = null;
  private readonly over = new AbortController();
  private readonly running: Promise<void>;
  /** Whether kills and pauses have ended. */
  isCalm = false;
  /** Violations of the guarantees. */
  readonly faults: string[] = [];

  constructor(
    readonly name: string,
    readonly get: Get,
    readonly prefix: string,
    readonly random: Random,
    /** The content of each number, as seen by all consumers of the feed. */
    private readonly seen: Map<number, string>,
    private readonly follow: Follow,
  ) {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.over.abort();
    await this.running;
  }

  /** Applies changes and stores the copy, unless it is killed in between. */
  take(changes: ChangeDto[], options: Parameters<Copy['with']>[1] = {}): void {
    if (!options.isCompact) this.check(changes);
    try {
      const next = (this.stored as Copy).with(changes, options);
      if (this.isUnlucky(0.1)) throw new Error('Killed before anything was stored');
      this.stored = next;
    } catch (error) {
      if (error instanceof ReadAgain) this.stored = null;
      else if (/follows on/.test(String(error))) this.faults.push(`${this.name}: ${String(error)}`);
      throw error;
    }
  }

  isUnlucky(probability: number): boolean {
    return !this.isCalm && this.random.next() < probability;
  }

  private check(changes: ChangeDto[]): void {
    for (const change of changes) {
      const text = JSON.stringify(change);
      const before = this.seen.get(change.seq);
      this.seen.set(change.seq, text);
      if (before !== undefined && before !== text)
        this.faults.push(`${this.name}: ${change.seq} was ${before}, and is ${text}`);
    }
  }

  private async run(): Promise<void> {
    const { signal } = this.over;
    while (!signal.aborted) {
      const life = new AbortController();
      const end = setTimeout(() => this.isCalm || life.abort(), this.random.int(50, 4_000));
      try {
        this.stored ??= await Copy.read(this.get, this.prefix);
        await this.follow(this, AbortSignal.any([signal, life.signal]));
      } catch {
        // Either the consumer or the service was killed.
      }
      clearTimeout(end);
      const pauseMs = this.isUnlucky(0.3) ? this.random.int(0, MAX_PAUSE_MS) : TRY_AGAIN_MS;
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
  }
}

/** Polls with random parameters: with or without waiting for changes, page size, and joined changes. */
const poll: Follow = async (consumer, signal) => {
  while (!signal.aborted) {
    const { random, prefix, stored } = consumer;
    const isCompact = random.next() < 0.3;
    const query = `after=${stored?.position}&limit=${random.int(1, 5)}&wait=${random.int(0, 1)}&compact=${isCompact}`;
    const { status, body } = await consumer.get<ChangePageDto>(`${prefix}/changes?${query}`);
    if (status === 410) consumer.stored = null;
    if (status !== 200) throw new Error(`/changes answers ${status}`);
    consumer.take(body.items, { next: body.next, isCompact });
  }
};

/** Reads the stream, as browsers do. */
const stream =
  (world: World): Follow =>
  async (consumer, signal) => {
    const { port } = world.service;
    const url = `http://127.0.0.1:${port}${consumer.prefix}/changes/stream?after=${consumer.stored?.position}`;
    const reader = new StreamReader(url);
    try {
      for (let taken = 0; !signal.aborted;) {
        // Each process has a different port.
        if (world.service.port !== port) throw new Error('The service was restarted');
        if (reader.refusals.length > 0) throw new Error(`The stream answers ${reader.refusals[0]}`);
        const changes = reader.changes.slice(taken);
        taken += changes.length;
        if (changes.length > 0) consumer.take(changes);
        await sleep(20);
      }
    } finally {
      reader.close();
    }
  };

/** Receives webhook deliveries on a separate port, and is unreachable or rejects them at random. */
const webhook =
  (world: World): Follow =>
  async (consumer, signal) => {
    const receiver = await Receiver.start();
    receiver.answer = ({ payload }) => {
      if (signal.aborted || consumer.isUnlucky(0.2)) return 503;
      try {
        consumer.take(payload.data.items);
        return 204;
      } catch {
        return consumer.stored ? 500 : 200;
      }
    };
    const { id, secret } = await create(world, receiver.url, consumer);
    receiver.secret = secret;
    try {
      while (!signal.aborted && consumer.stored) {
        await sleep(50);
        await world.database.query('UPDATE webhook SET retry_at = now() WHERE retry_at > now()');
      }
    } finally {
      await receiver.stop();
      await world.service.request(`/webhooks/${id}`, { method: 'DELETE' }).catch(() => {});
    }
    if (receiver.forged.length > 0) consumer.faults.push(...receiver.forged);
  };

async function create(world: World, url: string, { stored, random }: Consumer): Promise<CreatedWebhookDto> {
  const { status, body, text } = await world.service.post<CreatedWebhookDto>('/webhooks', {
    url,
    session: world.session,
    after: stored?.position,
    max_items: random.int(1, 5),
  });
  if (status !== 201) throw new Error(text);
  return body;
}

/** The consumers of one session's feed. */
export class Consumers {
  private readonly seen = new Map<number, string>();
  private readonly all: Consumer[];
  private readonly get: Get;
  private readonly prefix: string;

  constructor(world: World, seed: number) {
    this.get = (path) => world.service.get(path);
    this.prefix = `/sessions/${world.session}`;
    const begin = (name: string, at: number, follow: Follow) =>
      new Consumer(name, this.get, this.prefix, new Random(seed * 10 + at), this.seen, follow);
    this.all = [
      begin('poll', 1, poll),
      begin('poll, too', 2, poll),
      begin('stream', 3, stream(world)),
      begin('webhook', 4, webhook(world)),
    ];
  }

  /** Stops killing and pausing consumers. */
  calm(): void {
    for (const consumer of this.all) consumer.isCalm = true;
  }

  /** Returns the differences between the copies and the lists of the service, and violations of the guarantees. */
  async differences(): Promise<string[]> {
    const found = await Promise.all(
      this.all.map(async ({ name, stored, faults }) => {
        const differences = (await stored?.differences(this.get, this.prefix)) ?? ['no copy'];
        return [...faults, ...differences.map((difference) => `${name}: ${difference.slice(0, MAX_TOLD)}`)];
      }),
    );
    return found.flat();
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((consumer) => consumer.stop()));
  }
}
