import setUp from '../test/support/global-setup.mjs';
import tearDown from '../test/support/global-teardown.mjs';
import { World } from '../test/support/world.js';

/** `npm run bench:linking -- [runs]`: measures how long linking takes. The server retires no secrets meanwhile. */
const runs = Number(process.argv[2] ?? 7);

function median(values: number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

async function measure(): Promise<{ firstQrMs: number; openMs: number }> {
  const world = await World.create({ LOG_LEVEL: 'warn' });
  world.server.linking.neverRefresh();
  const startedAtMs = performance.now();
  await world.startService();
  const qr = await world.service.qr();
  const scannedAtMs = performance.now();
  await world.phone.scan(qr);
  await world.service.sessionThat(({ status }) => status === 'open');
  const openMs = performance.now() - scannedAtMs;
  await world.stop();
  return { firstQrMs: scannedAtMs - startedAtMs, openMs };
}

await setUp();
try {
  const results = [];
  for (let run = 0; run < runs; run += 1) results.push(await measure());
  const show = (name: string, values: number[]) =>
    console.log(
      `${name}: ${Math.round(median(values))} ms (median of ${runs}; ${Math.round(Math.min(...values))} to ${Math.round(Math.max(...values))})`,
    );
  show(
    'From start to the first QR code',
    results.map(({ firstQrMs }) => firstQrMs),
  );
  show(
    'From the scan to open',
    results.map(({ openMs }) => openMs),
  );
} finally {
  await tearDown();
}
process.exit();
