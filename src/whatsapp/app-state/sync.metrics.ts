import { Gauge, Histogram } from 'prom-client';

/** When each collection that is behind became so, on the monotonic clock. */
const behindSince = new Map<object, number>();

const durations = new Histogram({
  name: 'whatsapp_contacts_sync_seconds',
  help: 'From learning that a collection of the address book has changed until its changes are committed',
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
});

new Gauge({
  name: 'whatsapp_contacts_sync_lag_seconds',
  help: 'For how long the collection that has waited longest has been behind WhatsApp; 0: none is, as far as this process knows',
  collect() {
    const nowMs = performance.now();
    this.set((nowMs - Math.min(...behindSince.values(), nowMs)) / 1_000);
  },
});

/** A collection is known to have changed. */
export function behind(collection: object): void {
  if (!behindSince.has(collection)) behindSince.set(collection, performance.now());
}

/** All of it is read that was known to have changed. */
export function caughtUp(collection: object): void {
  const since = behindSince.get(collection);
  if (since === undefined) return;
  durations.observe((performance.now() - since) / 1_000);
  behindSince.delete(collection);
}

/** The connection is gone, and with it what is known. */
export function forget(collection: object): void {
  behindSince.delete(collection);
}
