import { Faults } from './faults.js';
import { SoakWorld } from './soak-world.js';

/**
 * `npm run test:soak -- <minutes> [seed]`: two replicas of each role on one Postgres, in a world where processes are
 * killed and frozen, lines cut and databases restarted, while people change. Ends with a report, and with exit code 1
 * when a promise was broken.
 */
const minutes = Number(process.argv[2] ?? 5);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);

const world = await SoakWorld.start(seed);
console.log(`Soak of ${minutes} minutes, seed ${seed}`);
const faults = new Faults(world);
const until = Date.now() + minutes * 60_000;
const isOver = () => Date.now() >= until;
await Promise.all([...world.sessions.map(({ changes }) => changes.until(isOver)), faults.until(until)]);
const { frozenOwners, hindrances, counts } = faults;
await world.finish({ lines: [`Faults: ${JSON.stringify(counts)}`], problems: [], frozenOwners, hindrances });
