/** How long WhatsApp Web shows the first of the refs that come together, and each of the others. */
const FIRST_REF_MS = 60_000;
const NEXT_REF_MS = 20_000;
/** A ref that was asked for comes alone; it is the first of its round. */
const SINGLE_REF_MS = FIRST_REF_MS;

export interface ShownRef {
  ref: string;
  expiresAt: Date;
}

/**
 * The refs that WhatsApp has given to this device, and the one that is on show. A QR code names one of them beside the
 * keys and the secret of the device; the server knows the device by it.
 */
export class QrRefs {
  private waiting: string[] = [];
  private shown: ShownRef | null = null;
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param changed another ref, or none, is on show
   * @param exhausted there is none left to show
   */
  constructor(
    private readonly changed: () => void,
    private readonly exhausted: () => void,
  ) {}

  get current(): ShownRef | null {
    return this.shown;
  }

  /** Takes a round of refs in the place of all before, and shows the first. */
  offer(refs: readonly string[]): void {
    this.waiting = [...refs];
    this.showNext(FIRST_REF_MS);
  }

  /** Shows a ref that came alone. */
  add(ref: string): void {
    this.waiting.push(ref);
    if (!this.shown) this.showNext(SINGLE_REF_MS);
  }

  /** Shows nothing any more. */
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
