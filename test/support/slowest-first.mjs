import Sequencer from '@jest/test-sequencer';

/** The suites that take longest, in this order. If they started last, other workers would be idle meanwhile. */
const SLOWEST = [
  'browser/passkey',
  'chaos/chaos',
  'profiles/profiles-pace',
  'connection/client-version',
  'linking/linking',
  'browser/views',
  'browser/page',
  'hostile/app-state',
  'secrets/encryption',
  'address-book/unverified',
  'connection/faults',
  'address-book/sync-keys',
  'linking/passkey',
  'connection/session-status',
  'connection/failover',
  'webhooks/webhooks',
  'hostile/media-files',
  'address-book/reconciliation',
  'connection/impostor',
  'ops/session-thread',
  'connection/manners',
  'hostile/heavy-reading',
  'linking/random-links',
  'sessions/fleet',
  'database/hostile-settings',
];

const rank = ({ path }) => {
  const index = SLOWEST.findIndex((name) => path.endsWith(`/test/${name}.spec.ts`));
  return index < 0 ? SLOWEST.length : index;
};

/** Overrides the order of Jest, which uses file sizes if there are no timings of previous runs. */
export default class SlowestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((a, b) => rank(a) - rank(b));
  }
}
