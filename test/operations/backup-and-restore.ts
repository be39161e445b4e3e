/**
 * Runs the backup, restore, upgrade and rollback of docs/operations.md:
 * `npx tsx test/operations/backup-and-restore.ts [OLD]`.
 * Needs TEST_DATABASE_URL of a server whose user may create databases, and its pg_dump, pg_restore and psql on the PATH.
 * @param OLD built checkout of an earlier version; without it, upgrade and rollback are skipped
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openScratchDatabase } from '../support/scratch-database.js';
import { eventually, Service } from '../support/service.js';
import { WhatsAppServer } from '../whatsapp-server/whatsapp-server.js';

const ROOT = join(import.meta.dirname, '../..');
/** Step 3 of the documentation. */
const SKIP_IDS =
  "SELECT setval(pg_get_serial_sequence('contact', 'id'), (extract(epoch FROM now()) * 1000000)::bigint)";
const [old] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), 'backup-'));
const server = await WhatsAppServer.start();
const phone = server.createPhone({ number: '491701230000', pushName: 'Owner' });
const say = (text: string) => console.log(text);
const run = (command: string, ...args: string[]) => {
  say(`$ ${[command, ...args].join(' ').replace(/postgres:\/\/[^@]*@/g, 'postgres://…@')}`);
  execFileSync(command, args, { stdio: 'inherit' });
};
/** Each version attaches to the server with its own preload, which has to import the Baileys of that version. */
const environment = (url: string, cwd = ROOT) => {
  const { NODE_OPTIONS = '', ...more } = server.environment();
  return {
    ...more,
    NODE_OPTIONS: NODE_OPTIONS.replaceAll(ROOT, cwd),
    DATABASE_URL: url,
    ROLE: 'all',
    LOG_LEVEL: 'info',
  };
};
const start = (url: string, cwd?: string) => Service.start(environment(url, cwd), cwd);
const show = async (what: string, service: Service) => {
  const { status, contacts, reason } = await service.session();
  say(`${what}: ${status}, ${contacts.count} contacts${reason ? `, ${reason}` : ''}`);
};
const open = (service: Service) =>
  service.sessionThat(({ status, contacts }) => status === 'open' && contacts.sync === 'complete');
const save = async (service: Service, n: number) => {
  await phone.saveContact({ number: `49170000000${n}`, fullName: `Person ${n}`, firstName: 'Person' });
  await eventually(
    'the contact is there',
    async () => (await service.get(`/getcontact?phone=49170000000${n}`)).status === 200,
  );
};

try {
  const [first, second, third] = await Promise.all([1, 2, 3].map(() => openScratchDatabase()));
  if (!first || !second || !third) throw new Error('No databases');

  say('\n== Backup and restore');
  let service = await start(first.url, old);
  await phone.scan(() => service.qr());
  await open(service);
  await save(service, 1);
  await show('linked', service);
  run('pg_dump', '--format=custom', `--file=${folder}/backup`, first.url);
  await save(service, 2);
  await service.stop();
  run('pg_restore', '--no-owner', `--dbname=${second.url}`, `${folder}/backup`);
  run('psql', second.url, '--command', SKIP_IDS);
  service = await start(second.url, old);
  await open(service);
  await eventually(
    'the contact saved after the backup is there',
    async () => (await service.get('/getcontact?phone=491700000002')).status === 200,
  );
  await show('restored, without a new QR', service);

  say('\n== A restored copy alongside the original');
  const copy = await start(first.url, old);
  await eventually('one has replaced the other', async () => server.conflicts > 0);
  const states = await Promise.all([service.session(), copy.session()]);
  say(
    `conflicts: ${server.conflicts}; ${states.map(({ status, reason }) => `${status} (${reason})`).join(' | ')}`,
  );
  await copy.stop();
  await service.stop();

  if (old) {
    say('\n== Upgrade');
    run('pg_dump', '--format=custom', `--file=${folder}/before-upgrade`, second.url);
    service = await start(second.url);
    await open(service);
    await save(service, 3);
    await show('this version, on the database of the earlier one', service);
    await service.stop();

    say('\n== Rollback');
    const refused = await Service.spawn(environment(second.url, old), old);
    say(
      `the earlier version on the newer database: exit code ${await refused.exit()}, ${refused.output.trim().split('\n').at(-1)}`,
    );
    run('pg_restore', '--no-owner', `--dbname=${third.url}`, `${folder}/before-upgrade`);
    service = await start(third.url, old);
    await open(service);
    await eventually(
      'what happened since is there again',
      async () => (await service.get('/getcontact?phone=491700000003')).status === 200,
    );
    await show('the earlier version, on the backup from before the upgrade', service);
    await service.stop();
  }
  await Promise.all([first, second, third].map((each) => each.close()));
} finally {
  await server.stop();
}
process.exit(0);
