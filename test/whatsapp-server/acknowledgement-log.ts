import type { BinaryNode } from '@whiskeysockets/baileys';

/** A stanza that was acknowledged late. */
export interface LateAcknowledgement {
  readonly what: string;
  readonly sentAt: Date;
  readonly acknowledgedAt: Date;
}

/** Later acknowledgements are reported. */
const LATE_AFTER_MS = 5_000;
const REMEMBERED_STANZAS = 20_000;

interface Delivery {
  readonly what: string;
  deliveries: number;
  sentAt: number;
  /** whether the last delivery is acknowledged, by an ack or a receipt */
  isAcknowledged: boolean;
  /** number of acknowledgements of each kind */
  readonly counts: Map<string, number>;
}

/** Counts the acknowledgements of a companion, and records those that a strict server would object to. */
export class AcknowledgementLog {
  /** deliveries of stanzas, and acknowledgements of them */
  readonly totals = { deliveries: 0, acknowledgements: 0 };
  readonly late: LateAcknowledgement[] = [];
  /** acknowledged more often than delivered */
  readonly duplicates: string[] = [];
  /** stanzas whose missing acknowledgement has ended a connection */
  readonly missing: { readonly what: string; readonly sentAt: Date; readonly endedAt: Date }[] = [];
  /** acknowledgements that do not match their stanza, which WhatsApp would not recognize */
  readonly mismatched: string[] = [];
  private readonly stanzas = new Map<string, Delivery>();

  sent(stanza: BinaryNode): void {
    const id = stanza.attrs.id ?? '';
    const known = this.stanzas.get(id);
    const delivery = known ?? {
      what: describe(stanza),
      deliveries: 0,
      sentAt: 0,
      isAcknowledged: false,
      counts: new Map<string, number>(),
    };
    delivery.deliveries += 1;
    delivery.sentAt = Date.now();
    delivery.isAcknowledged = false;
    this.totals.deliveries += 1;
    this.stanzas.set(id, delivery);
    const [oldest] = this.stanzas.keys();
    if (this.stanzas.size > REMEMBERED_STANZAS && oldest !== undefined) this.stanzas.delete(oldest);
  }

  /** Records that the connection ends because this stanza is not acknowledged. */
  notAcknowledged(stanza: BinaryNode): void {
    const { what, sentAt } = this.stanzas.get(stanza.attrs.id ?? '') ?? { what: describe(stanza), sentAt: 0 };
    this.missing.push({ what, sentAt: new Date(sentAt), endedAt: new Date() });
  }

  /** Counts an `<ack>` or a `<receipt>`. One of each kind is expected for each delivery. */
  received({ tag, attrs }: BinaryNode, id = attrs.id ?? ''): void {
    const delivery = this.stanzas.get(id);
    if (!delivery) return;
    this.totals.acknowledgements += 1;
    const kind = [tag, attrs.type].filter(Boolean).join(' ');
    const count = (delivery.counts.get(kind) ?? 0) + 1;
    delivery.counts.set(kind, count);
    if (count > delivery.deliveries) this.duplicates.push(`${delivery.what}: ${count} times ${kind}`);
    if (delivery.isAcknowledged) return;
    delivery.isAcknowledged = true;
    const now = Date.now();
    if (now - delivery.sentAt <= LATE_AFTER_MS) return;
    this.late.push({
      what: delivery.what,
      sentAt: new Date(delivery.sentAt),
      acknowledgedAt: new Date(now),
    });
  }
}

/** Returns the name of a stanza in reports: tag, type and id. */
export function describe({ tag, attrs }: BinaryNode): string {
  return [tag, attrs.category ?? attrs.type, attrs.id].filter(Boolean).join(' ');
}
