import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { openDataSource } from '../../../test/support/open-data-source.js';
import { eventually } from '../../../test/support/service.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { poolOf } from '../../database/postgres-pool.js';
import { Config } from '../../kernel/config/config.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import type { Lease } from './lease.js';
import { LeaseRepository } from './lease.repository.js';
import { LeaseHolder } from './lease-holder.js';
import { LeaseLost } from './lease-lost.js';

/** The leases of a process with the session role. It releases surplus leases immediately. */
class Process {
  readonly leases = new Map<SessionName, Lease>();
  private readonly stopping = new AbortController();
  private readonly holder: LeaseHolder;
  private readonly held: Promise<void>;

  constructor(dataSource: DataSource, maxSessions = 500) {
    const config = Object.assign(new Config(), { SESSIONS_PER_PROCESS: maxSessions });
    this.holder = new LeaseHolder(new LeaseRepository(dataSource, poolOf(dataSource)), config);
    this.held = this.holder.hold(this.stopping.signal, {
      claimed: (lease) => this.leases.set(lease.session, lease),
      surplus: (count) => void this.handOver(count),
    });
  }

  get names(): string[] {
    return [...this.leases.values()]
      .filter(({ isHeld }) => isHeld)
      .map(({ session }) => session)
      .sort();
  }

  get processId(): string {
    return this.holder.processId;
  }

  holds(...names: string[]): Promise<unknown> {
    const look = async () => this.names.join() === names.join();
    return eventually(`the process holds the leases ${names.join()}, not ${this.names.join()}`, look);
  }

  async stop(): Promise<void> {
    await this.freeze();
    await this.holder.releaseAll();
  }

  /** Simulates a suspended process, which neither renews nor claims. */
  async freeze(): Promise<void> {
    this.stopping.abort();
    await this.held;
  }

  private async handOver(count: number): Promise<void> {
    for (const lease of [...this.leases.values()].slice(0, count)) {
      this.leases.delete(lease.session);
      await this.holder.release(lease);
    }
  }
}

let database: TestDatabase;
let dataSource: DataSource;
const processes: Process[] = [];

function start(maxSessions?: number): Process {
  const process = new Process(dataSource, maxSessions);
  processes.push(process);
  return process;
}

const leaseOf = ({ leases }: Process) => leases.get('default' as SessionName) as Lease;
const expire = ({ processId }: Process) =>
  database.query(`UPDATE session_process SET expires_at = now() - interval '1 second' WHERE id = $1`, [
    processId,
  ]);
const isReconciliationDue = async () => {
  const [account] = await database.query<{ due: boolean }>('SELECT reconciliation_due AS due FROM account');
  return account?.due;
};
const create = (...names: string[]) =>
  database.query('INSERT INTO session (name) SELECT unnest($1::text[])', [names]);

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await openDataSource(database.url);
  await database.query(`INSERT INTO account (jid, linked_at) VALUES ('491700000000@s.whatsapp.net', now())`);
  await database.query('UPDATE session SET account_id = account.id FROM account');
});

afterEach(async () => {
  for (const process of processes.splice(0)) await process.stop();
  await database.query('UPDATE account SET reconciliation_due = false');
  await database.query(`DELETE FROM session WHERE name <> 'default'`);
  await database.query(`UPDATE session SET reason = NULL`);
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

describe('LeaseHolder', () => {
  it('hands a lease to another process on shutdown, without a reconciliation', async () => {
    const first = start();
    await first.holds('default');
    const second = start();
    await first.stop();
    await second.holds('default');
    expect(first.names).toEqual([]);
    expect(await isReconciliationDue()).toBe(false);
  });

  it('hands an expired lease to another process, and requests a reconciliation', async () => {
    const first = start();
    await first.holds('default');
    await first.freeze();
    const second = start();
    await expire(first);
    await second.holds('default');
    expect(await isReconciliationDue()).toBe(true);
  });

  it('rejects writes of a process that has not noticed yet that it lost the lease', async () => {
    const first = start();
    await first.holds('default');
    await first.freeze();
    await expire(first);
    await start().holds('default');
    expect(leaseOf(first).isHeld).toBe(true);
    const write = leaseOf(first).transaction((tx) => tx.query(`UPDATE session SET reason = 'stale'`));
    await expect(write).rejects.toThrow(LeaseLost);
    expect(await database.query('SELECT reason FROM session')).toEqual([{ reason: null }]);
  });

  it('renews a lease while a transaction of its holder runs', async () => {
    const holder = start();
    await holder.holds('default');
    const repository = new LeaseRepository(dataSource, poolOf(dataSource));
    await leaseOf(holder).transaction(async (tx) => {
      await tx.query(`UPDATE session SET reason = 'long'`);
      expect((await repository.renew(holder.processId, 14_000))?.held).toHaveLength(1);
    });
  });

  it('repeats a read after the connection to the database was lost', async () => {
    const holder = start();
    await holder.holds('default');
    const queries = ['SELECT pg_terminate_backend(pg_backend_pid())', 'SELECT 1 AS one'];
    const rows: unknown = await leaseOf(holder).read(() => dataSource.query(queries.shift() ?? ''));
    expect(rows).toEqual([{ one: 1 }]);
  });

  it('does not hand over a lease while its holder writes', async () => {
    const first = start();
    await first.holds('default');
    await first.freeze();
    let second: Process | undefined;
    await leaseOf(first).transaction(async (tx) => {
      second = start();
      await expire(first);
      await eventually('the first process is removed', async () => {
        const rows = await database.query('SELECT FROM session_process WHERE id = $1', [first.processId]);
        return rows.length === 0;
      });
      await tx.query(`UPDATE session SET reason = 'in time'`);
      expect(second.names).toEqual([]);
    });
    await second?.holds('default');
    expect(await database.query('SELECT reason FROM session')).toEqual([{ reason: 'in time' }]);
  });

  it('ends a lease when its session is deleted', async () => {
    const holder = start();
    await create('gone');
    await holder.holds('default', 'gone');
    const { lost } = holder.leases.get('gone' as SessionName) as Lease;
    await database.query(`DELETE FROM session WHERE name = 'gone'`);
    if (!lost.aborted) await once(lost, 'abort');
    await holder.holds('default');
  });

  it('shares sessions evenly with a new process, and takes them over when it dies', async () => {
    await create('a', 'b', 'c', 'd', 'e');
    const first = start();
    await first.holds('a', 'b', 'c', 'd', 'default', 'e');
    const second = start();
    await eventually(
      'both processes hold three leases',
      async () => first.names.length === 3 && second.names.length === 3,
    );
    expect([...first.names, ...second.names].sort()).toEqual(['a', 'b', 'c', 'd', 'default', 'e']);
    await second.freeze();
    await expire(second);
    await first.holds('a', 'b', 'c', 'd', 'default', 'e');
  });

  it('leaves sessions beyond SESSIONS_PER_PROCESS to another process', async () => {
    await create('a', 'b', 'c');
    const first = start(2);
    await first.holds('a', 'b');
    const second = start(2);
    await second.holds('c', 'default');
    await first.holds('a', 'b');
  });
});
