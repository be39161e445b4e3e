import { Gauge, Histogram } from 'prom-client';

/** When each outdated collection became outdated, on the monotonic clock. */
const outdatedSince = new Map<object, number>();

const durations = new Histogram({
  name: 'whatsapp_contacts_sync_seconds',
  help: 'Time from the notification that a collection of the address book has changed until the changes are committed',
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
});

new Gauge({
  name: 'whatsapp_contacts_sync_lag_seconds',
  help: 'Time since the longest outdated collection of this process became outdated; 0 if none is outdated',
  collect() {
    const nowMs = performance.now();
    this.set((nowMs - Math.min(...outdatedSince.values(), nowMs)) / 1_000);
  },
});

/** Records that a collection has changed. */
export function outdated(collection: object): void {
  if (!outdatedSince.has(collection)) outdatedSince.set(collection, performance.now());
}

/** Records that all changes of a collection have been read. */
export function caughtUp(collection: object): void {
  const since = outdatedSince.get(collection);
  if (since === undefined) return;
  durations.observe((performance.now() - since) / 1_000);
  outdatedSince.delete(collection);
}

/** Forgets a collection, because its connection has ended. */
export function forget(collection: object): void {
  outdatedSince.delete(collection);
}
