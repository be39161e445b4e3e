/** How long WhatsApp Web shows the first ref of a round, and each of the others. */
const FIRST_REF_MS = 60_000;
const NEXT_REF_MS = 20_000;
/** WhatsApp returns a requested ref alone, as the first of its round. */
const SINGLE_REF_MS = FIRST_REF_MS;

export interface ShownRef {
  ref: string;
  expiresAt: Date;
}

/**
 * The refs that WhatsApp has assigned to this device. A QR code contains one of them in addition to the device's keys
 * and secret, so that the server can identify the device.
 */
export class QrRefs {
  private waiting: string[] = [];
  private shown: ShownRef | null = null;
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param changed called when another ref, or none, is shown
   * @param exhausted called when all refs were shown
   */
  constructor(
    private readonly changed: () => void,
    private readonly exhausted: () => void,
  ) {}

  get current(): ShownRef | null {
    return this.shown;
  }

  /** Replaces all refs with a new round, and shows the first. */
  offer(refs: readonly string[]): void {
    this.waiting = [...refs];
    this.showNext(FIRST_REF_MS);
  }

  /** Adds a requested ref, and shows it if there is no other. */
  add(ref: string): void {
    this.waiting.push(ref);
    if (!this.shown) this.showNext(SINGLE_REF_MS);
  }

  /** Removes all refs. */
  clear(): void {
    clearTimeout(this.timer);
    this.waiting = [];
    this.shown = null;
  }

  private showNext(forMs: number): void {
    clearTimeout(this.timer);
    const ref = this.waiting.shift();
    this.shown = ref === undefined ? null : { ref, expiresAt: new Date(Date.now() + forMs) };
    this.changed();
    if (ref === undefined) this.exhausted();
    else this.timer = setTimeout(() => this.showNext(NEXT_REF_MS), forMs);
  }
}
