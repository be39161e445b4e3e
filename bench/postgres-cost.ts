import { readFile } from 'node:fs/promises';
import pg from 'pg';

/** Unit of user and system time in /proc. USER_HZ is 100 on every Linux. */
const TICK_MS = 10;

/** Work of a Postgres server since its start. */
export interface PostgresCost {
  /** CPU time of the whole server, in ms; NaN if it runs on another machine. */
  cpuMs: number;
  transactions: number;
  walBytes: number;
}

/** Reads what the Postgres server of a database has done. The reads themselves cost one transaction each. */
export class PostgresMeter {
  private constructor(
    private readonly pool: pg.Pool,
    private readonly postmaster: number,
  ) {}

  static async open(url: string): Promise<PostgresMeter> {
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const stat = await statOf(rows[0]?.pid ?? 0).catch(() => []);
    return new PostgresMeter(pool, Number(stat[1] ?? NaN));
  }

  async cost(): Promise<PostgresCost> {
    const { rows } = await this.pool.query<{ transactions: string; wal: string }>(
      `SELECT xact_commit + xact_rollback AS transactions, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS wal
       FROM pg_stat_database WHERE datname = current_database()`,
    );
    return {
      cpuMs: await this.cpu(),
      transactions: Number(rows[0]?.transactions),
      walBytes: Number(rows[0]?.wal),
    };
  }

  async query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]> {
    return (await this.pool.query<Row>(text)).rows;
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  /** Returns the CPU time of the server process and of its current and former children, in ms. */
  private async cpu(): Promise<number> {
    const children = await readFile(
      `/proc/${this.postmaster}/task/${this.postmaster}/children`,
      'utf8',
    ).catch(() => '');
    const own = await statOf(this.postmaster).catch(() => []);
    let ticks = sum(own.slice(11, 15));
    for (const pid of children.trim().split(' ').filter(Boolean))
      ticks += sum((await statOf(Number(pid)).catch(() => [])).slice(11, 13));
    return ticks * TICK_MS;
  }
}

/** The fields of /proc/<pid>/stat after the name: state, parent, … */
async function statOf(pid: number): Promise<string[]> {
  return (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
}

const sum = (fields: string[]) => fields.reduce((total, field) => total + Number(field), 0);
