import Sequencer from '@jest/test-sequencer';

/** Suites that wait for real pauses, the longest first: begun last, they would run alone while the other workers idle. */
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
];

const rank = ({ path }) => {
  const index = SLOWEST.findIndex((name) => path.endsWith(`/test/${name}.spec.ts`));
  return index < 0 ? SLOWEST.length : index;
};

/** Without timings of runs before, as in a fresh clone, Jest goes by the size of files. */
export default class SlowestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((a, b) => rank(a) - rank(b));
  }
}
