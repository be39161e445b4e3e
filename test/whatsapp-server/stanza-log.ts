import type { BinaryNode } from '@whiskeysockets/baileys';
import { type Deferred, deferred, within } from './deferred.js';
import type { PhoneNumber } from './jid.js';
import { children } from './stanza.js';

/** A stanza that a companion sent. */
export interface ReceivedStanza {
  readonly tag: string;
  readonly xmlns?: string;
  readonly attrs: Readonly<Record<string, string>>;
  /** tags of the children, in order */
  readonly children: readonly string[];
  readonly node: BinaryNode;
  readonly at: Date;
  /** the account whose companion sent it; absent before linking */
  readonly account?: PhoneNumber;
}

/** Maximum number of stored stanzas, because soak tests run for days. */
const REMEMBERED_STANZAS = 20_000;

/** Stores the most recent stanzas from companions. */
export class StanzaLog {
  private readonly entries: ReceivedStanza[] = [];
  private waiting: { matches: (each: ReceivedStanza) => boolean; found: Deferred<ReceivedStanza> }[] = [];

  /** The stored stanzas, oldest first. */
  get all(): readonly ReceivedStanza[] {
    return this.entries;
  }

  /** Adds a stanza and resolves the calls of `waitFor` that match it. */
  record(node: BinaryNode, account?: PhoneNumber): void {
    const entry: ReceivedStanza = {
      tag: node.tag,
      xmlns: node.attrs.xmlns,
      attrs: node.attrs,
      children: children(node).map((each) => each.tag),
      node,
      at: new Date(),
      account,
    };
    this.entries.push(entry);
    if (this.entries.length > REMEMBERED_STANZAS * 1.1) {
      this.entries.splice(0, this.entries.length - REMEMBERED_STANZAS);
    }
    this.wake(entry);
  }

  /**
   * Returns the next stanza that matches.
   * @param options.past includes stanzas that were received before the call
   * @param options.timeoutMs default 10,000
   */
  waitFor(
    matches: (each: ReceivedStanza) => boolean,
    options: { past?: boolean; timeoutMs?: number } = {},
  ): Promise<ReceivedStanza> {
    const past = options.past ? this.entries.find(matches) : undefined;
    if (past) return Promise.resolve(past);
    const found = deferred<ReceivedStanza>();
    const entry = { matches, found };
    this.waiting.push(entry);
    const limit = {
      ms: options.timeoutMs ?? 10_000,
      what: `no stanza for ${matches.toString().slice(0, 200)}`,
    };
    return within(found.promise, limit).finally(() => {
      this.waiting = this.waiting.filter((each) => each !== entry);
    });
  }

  private wake(entry: ReceivedStanza): void {
    for (const each of this.waiting) if (each.matches(entry)) each.found.resolve(entry);
  }
}
