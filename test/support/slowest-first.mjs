import Sequencer from '@jest/test-sequencer';

/** Suites that wait for real delays, longest first. If they started last, other workers would be idle meanwhile. */
const SLOWEST = [
  'connection/client-version',
  'profiles/profiles-pace',
  'chaos/chaos',
  'connection/session-status',
  'hostile/app-state',
  'linking/linking',
  'connection/faults',
  'hostile/media-files',
  'address-book/unverified',
  'connection/failover',
  'linking/passkey',
  'address-book/sync-keys',
  'linking/random-links',
  'address-book/reconciliation',
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
