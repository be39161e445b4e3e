import 'reflect-metadata';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import autocannon from 'autocannon';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { ALL_CONTACTS } from '../src/contacts/read/contact-filter.sql.js';
import { toLinesSql } from '../src/contacts/read/contact-list.repository.js';
import { freePort } from '../test/support/free-port.js';
import { NODE_VERSIONS, nodeBinary } from '../test/support/node-binary.js';
import { openScratchDatabase } from '../test/support/scratch-database.js';
import { eventually, Service } from '../test/support/service.js';
import { cpuMs } from './cpu-time.js';
import { seedContacts } from './seed.js';

/**
 * `npm run bench:reads [-- contacts]`: compares `/getcontact`, `/getcontacts` and `/contacts.ndjson` with floors measured
 * in the same run, and lookups of 1,000 contacts with `/getcontact`. The floor of one contact, read with and without API
 * keys, is bare Nest on Express. The floor of all contacts is a COPY of the same JSON that discards it. Runs on the
 * oldest supported Node.js and on the version of the image, with the Postgres of TEST_DATABASE_URL or an embedded one.
 */
const contacts = Number(process.argv[2] ?? 100_000);
const ROUNDS = 5;
const SECONDS = 4;
const LOOKUP_ENTRIES = 1_000;

const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;

interface Speed {
  perSecond: number;
  /** CPU time of the responding process. */
  us: number;
}

async function speedOf(
  process: ChildProcess,
  target: string,
  random: boolean,
  headers: Record<string, string> = {},
): Promise<Speed> {
  const requests = random
    ? Array.from({ length: 1000 }, () => ({
        path: `/getcontact?phone=${randomPhone()}`,
      }))
    : [{ path: '/getcontact' }];
  const before = await cpuMs(process);
  const result = await autocannon({ url: target, connections: 32, duration: SECONDS, requests, headers });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} responses had an error status`);
  const us = (((await cpuMs(process)) - before) / result.requests.total) * 1000;
  return { perSecond: result.requests.average, us };
}

const randomPhone = () => `4917${String(Math.floor(Math.random() * contacts)).padStart(8, '0')}`;

/** Measures lookups of random contacts, one at a time. */
async function lookupsOf(process: ChildProcess, target: string): Promise<Speed & { p50Ms: number }> {
  const requests = Array.from({ length: 20 }, () => ({
    path: '/contacts/lookup',
    method: 'POST' as const,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ contacts: Array.from({ length: LOOKUP_ENTRIES }, randomPhone) }),
  }));
  const before = await cpuMs(process);
  const result = await autocannon({ url: target, connections: 1, duration: SECONDS, requests });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx} responses had an error status`);
  const us = (((await cpuMs(process)) - before) / result.requests.total / LOOKUP_ENTRIES) * 1000;
  return { perSecond: result.requests.average * LOOKUP_ENTRIES, us, p50Ms: result.latency.p50 };
}

/** Reads a list without keeping it. Measures by how much the peak memory of the service exceeds its memory before. */
async function listOf({ port, process }: Service, path: string): Promise<Omit<List, 'floor'>> {
  const before = await forgetPeak(process.pid);
  const startMs = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  if (!response.ok || !response.body) throw new Error(`The list answered ${response.status}`);
  let bytes = 0;
  for await (const chunk of response.body as ReadableStream<Uint8Array>) bytes += chunk.length;
  const ms = performance.now() - startMs;
  return { ours: ms, bytes, memoryMb: (await peakMb(process.pid)) - before };
}

/** Resets the peak to the current memory, and returns it in MB. */
async function forgetPeak(pid: number | undefined): Promise<number> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
  return peakMb(pid);
}

async function peakMb(pid: number | undefined): Promise<number> {
  const [, kb] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kb) / 1000;
}

const NAMES = `SELECT row_to_json(c) FROM (SELECT jid, push_name, full_name, first_name FROM contact ORDER BY jid) c`;
const LINES = toLinesSql(1, { ...ALL_CONTACTS, pathPrefix: '' });

async function copyMs(sql: string): Promise<number> {
  const client = new pg.Client(database.url);
  await client.connect();
  const startMs = performance.now();
  const rows = client.query(
    copyTo(`COPY (${sql}) TO STDOUT (FORMAT csv, QUOTE e'\\x01', DELIMITER e'\\x02')`),
  );
  rows.resume();
  await once(rows, 'end');
  await client.end();
  return performance.now() - startMs;
}

/** Measures the service and both floors on one version of Node.js. */
async function measure(version: string): Promise<void> {
  const node = await nodeBinary(version);
  const environment = { DATABASE_URL: database.url, ROLE: 'api', LOG_LEVEL: 'warn' };
  const API_KEY = randomBytes(24).toString('hex');
  const service = await Service.start(environment, undefined, node);
  const locked = await Service.start({ ...environment, API_KEY }, undefined, node);
  const barePort = await freePort();
  const bareUrl = `http://127.0.0.1:${barePort}`;
  const bareFramework = join(import.meta.dirname, 'bare-framework.ts');
  const bare = spawn(node, ['--import', 'tsx', bareFramework, String(barePort)], { stdio: 'inherit' });
  try {
    await eventually('the bare framework answers', () =>
      fetch(`${bareUrl}/getcontact`).then(
        () => true,
        () => false,
      ),
    );
    const { body } = await locked.request<{ key: string }>('/keys', {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'bench', scopes: ['contacts:read'], requests_per_minute: 1_000_000 }),
    });
    const authorization = `Bearer ${body.key}`;
    const one: OneContact[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const floor = await speedOf(bare, bareUrl, false);
      const ours = await speedOf(service.process, `http://127.0.0.1:${service.port}`, true);
      const keyed = await speedOf(locked.process, `http://127.0.0.1:${locked.port}`, true, { authorization });
      const many = await lookupsOf(service.process, `http://127.0.0.1:${service.port}`);
      if (round > 0) one.push({ floor, ours, keyed, many });
    }
    printOne(version, one);
    for (const [path, sql] of [
      ['/getcontacts', NAMES],
      ['/contacts.ndjson', LINES],
    ] as const) {
      const all: List[] = [];
      for (let round = 0; round <= ROUNDS; round += 1) {
        const floor = await copyMs(sql);
        const list = await listOf(service, path);
        if (round > 0) all.push({ floor, ...list });
      }
      printAll(path, all);
    }
  } finally {
    bare.kill();
    await service.stop();
    await locked.stop();
  }
}

type OneContact = Record<'floor' | 'ours' | 'keyed', Speed> & { many: Speed & { p50Ms: number } };
type List = Record<'floor' | 'ours' | 'bytes' | 'memoryMb', number>;

function printOne(version: string, one: OneContact[]): void {
  const line = (title: string, each: (round: OneContact, of: keyof Speed) => number, digits: number) => {
    const cells = (['perSecond', 'us'] as const).map((of) =>
      median(one.map((round) => each(round, of)))
        .toFixed(digits)
        .padStart(12),
    );
    console.log(`  ${title.padEnd(22)} ${cells.join(' ')}`);
  };
  console.log(`Node.js ${version}. One of ${contacts} contacts, median of ${ROUNDS}:`);
  console.log(`${''.padEnd(24)}  requests/s  CPU us each`);
  line('bare Nest, constant', ({ floor }, of) => floor[of], 0);
  line('/getcontact', ({ ours }, of) => ours[of], 0);
  line('  of bare Nest', ({ ours, floor }, of) => ours[of] / floor[of], 2);
  line('  with a key', ({ keyed }, of) => keyed[of], 0);
  line('  with / without', ({ ours, keyed }, of) => keyed[of] / ours[of], 2);
  line('in lookups of 1,000', ({ many }, of) => many[of], 1);
  line('  of /getcontact', ({ many, ours }, of) => many[of] / ours[of], 2);
  console.log(`  a lookup of 1,000     ${median(one.map(({ many }) => many.p50Ms)).toFixed(1)} ms p50`);
}

function printAll(path: string, all: List[]): void {
  console.log(
    `All ${contacts} contacts, ${((all[0]?.bytes ?? 0) / 1e6).toFixed(1)} MB, ms, median of ${ROUNDS}:`,
  );
  console.log(`  COPY to nowhere       ${median(all.map(({ floor }) => floor)).toFixed(0)}`);
  console.log(`  ${path.padEnd(21)} ${median(all.map(({ ours }) => ours)).toFixed(0)}`);
  console.log(`  ratio                 ${median(all.map(({ floor, ours }) => ours / floor)).toFixed(2)}`);
  console.log(
    `  memory                +${Math.max(...all.map(({ memoryMb }) => memoryMb)).toFixed(0)} MB at most`,
  );
}

const database = await openScratchDatabase();
try {
  const migrating = await Service.start({ DATABASE_URL: database.url, ROLE: 'api', LOG_LEVEL: 'warn' });
  await migrating.stop();
  await seedContacts(database.url, contacts);
  for (const version of [NODE_VERSIONS.at(0), NODE_VERSIONS.at(-1)]) await measure(version as string);
} finally {
  await database.close();
}
process.exit(0);
