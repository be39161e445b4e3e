import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Jid, Lid } from '../../src/kernel/identifiers/address.js';
import { MASTER } from '../access/access-world.js';
import { ServedAddressBook } from '../contacts/served-address-book.js';
import { Service } from '../support/service.js';
import { ROOT } from './markdown-examples.js';

/** Sequence number before the documented change. */
const POSITION = 1_767_261_600_000_041;
const ANNA = '491701234567@s.whatsapp.net' as Jid;
const BEN = '491701234568@s.whatsapp.net' as Jid;
const CHECKED = '491709999999';
const OWNER = '491701230000@s.whatsapp.net';
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const PICTURE_BYTES = 8_123;
const SET_AT = new Date('2026-01-01T10:00:00.000Z');
const EARLIER = new Date('2025-12-01T10:00:00.000Z');
const DAY_MS = 86_400_000;

/** Records the response of each request, and shows it as well. */
const CURL = `curl() {
  local response="$RESPONSES/$(ls "$RESPONSES" | wc -l)"
  mkdir "$response"
  command curl --silent --show-error --max-time "$MAX_SECONDS" --dump-header "$response/headers" "$@" |
    tee "$response/body"
}
set -euo pipefail
`;

export interface Run {
  /** Status and body of each request. */
  responses: { status: number; body: string }[];
  output: string;
}

/** The service with the contact, the accounts and the sessions of the documentation, with and without API_KEY. */
export class DocumentedService {
  private constructor(
    private readonly book: ServedAddressBook,
    private readonly withKey: Service,
  ) {}

  static async start(): Promise<DocumentedService> {
    const book = await ServedAddressBook.start();
    const environment = { DATABASE_URL: book.database.url, ROLE: 'api', API_KEY: MASTER };
    return new DocumentedService(book, await Service.start(environment));
  }

  get service(): Service {
    return this.book.service;
  }

  get url(): string {
    return `http://127.0.0.1:${this.service.port}`;
  }

  /** Sends a request with API_KEY. */
  request(path: string, init: RequestInit = {}) {
    return this.withKey.request(path, { ...init, key: MASTER });
  }

  get keyUrl(): string {
    return `http://127.0.0.1:${this.withKey.port}`;
  }

  /** Creates the contacts of the session `default`, and deletes everything else. */
  async reset(): Promise<void> {
    const { dataSource } = this.book;
    await this.deleteSales();
    await dataSource.query('DELETE FROM webhook');
    await this.book.clear();
    await dataSource.query(
      `INSERT INTO session_process (id, expires_at) VALUES (gen_random_uuid(), now() + interval '1 day')`,
    );
    await dataSource.query(
      `UPDATE session SET status = 'open', process_id = (SELECT id FROM session_process LIMIT 1)`,
    );
    await dataSource.query(`UPDATE account SET jid = $1, push_name = 'Owner'`, [OWNER]);
    await dataSource.query(`SELECT setval(pg_get_serial_sequence('contact', 'id'), 1841)`);
    await this.seed('c5f0c9b1d2e3a-');
    await dataSource.query(
      `INSERT INTO number_check (account_id, phone, on_whatsapp, jid, lid, checked_at)
       VALUES ($1, $2, true, $3, '234567890123456@lid', now())`,
      [this.book.accountId, CHECKED, `${CHECKED}@s.whatsapp.net`],
    );
  }

  /** Creates the session `sales`, linked to another account with the same contacts. */
  async createSales(): Promise<void> {
    const { dataSource } = this.book;
    await this.service.post('/sessions', { name: 'sales' });
    const { accountId } = this.book;
    const [{ id }] = await dataSource.query<[{ id: number }]>(
      `INSERT INTO account (jid, linked_at, synced_at) VALUES ('491701230001@s.whatsapp.net', now(), now())
       ON CONFLICT (jid) DO UPDATE SET linked_at = now() RETURNING id`,
    );
    await dataSource.query(`UPDATE session SET account_id = $1, is_linked = true WHERE name = 'sales'`, [id]);
    this.book.accountId = id;
    await this.seed('c6a1d0c2e3f4b-');
    this.book.accountId = accountId;
  }

  async deleteSales(): Promise<void> {
    await this.service.delete('/sessions/sales?contacts=delete');
  }

  /** Runs commands in bash, in an empty folder that contains `deploy`. @throws Error with the output */
  async run(
    commands: string,
    { url, maxSeconds = 40 }: { url?: string; maxSeconds?: number } = {},
  ): Promise<Run> {
    const folder = await mkdtemp(join(tmpdir(), 'examples-'));
    const responses = join(folder, '.responses');
    const target = new URL(url ?? (/\$(API_)?KEY/.test(commands) ? this.keyUrl : this.url)).host;
    try {
      await mkdir(responses);
      await cp(join(ROOT, 'deploy'), join(folder, 'deploy'), { recursive: true });
      await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
      const { stdout } = await promisify(execFile)(
        'bash',
        ['-c', CURL + commands.replaceAll('localhost:8888', target)],
        {
          cwd: folder,
          env: {
            PATH: process.env.PATH,
            HOME: folder,
            API_KEY: MASTER,
            KEY: MASTER,
            RESPONSES: responses,
            MAX_SECONDS: String(maxSeconds),
          },
        },
      );
      return { output: stdout, responses: await readResponses(responses) };
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  async stop(): Promise<void> {
    await this.withKey.stop();
    await this.book.stop();
  }

  private async seed(prefix: string): Promise<void> {
    const { book } = this;
    const picture = Buffer.concat([PNG], PICTURE_BYTES);
    await book.dataSource.query('UPDATE account SET contact_id_prefix = $1 WHERE id = $2', [
      prefix,
      book.accountId,
    ]);
    await book.apply({
      saved: [
        { address: ANNA, fullName: 'Anna Adler', firstName: 'Anna' },
        { address: BEN, fullName: 'Ben Becker', firstName: 'Ben' },
      ],
      mappings: [{ jid: ANNA, lid: '123456789012345@lid' as Lid, observedAt: SET_AT }],
      usernames: [{ address: ANNA, name: 'anna', observedAt: SET_AT }],
      businessNames: [{ address: ANNA, name: 'Adler AG' }],
      businessFlags: [{ address: ANNA, isBusiness: true }],
      textStatuses: [
        {
          address: ANNA,
          text: 'On a boat',
          emoji: '⛵',
          setAt: SET_AT,
          expiresAt: new Date(Date.now() + DAY_MS),
        },
      ],
      pictures: [{ address: ANNA, state: 'present', id: '1712345678', bytes: picture }],
      identityKeys: [{ address: ANNA, key: Buffer.alloc(32, 2), seenAt: EARLIER }],
    });
    await book.apply({ identityKeys: [{ address: ANNA, key: Buffer.alloc(32, 1), seenAt: SET_AT }] });
    await book.dataSource.query('DELETE FROM change WHERE account_id = $1', [book.accountId]);
    await book.dataSource.query('UPDATE account SET feed_start = $1, feed_latest = $1 WHERE id = $2', [
      POSITION,
      book.accountId,
    ]);
    await book.apply({ pushNames: [{ address: ANNA, name: 'anni', observedAt: SET_AT }] });
  }
}

async function readResponses(folder: string): Promise<Run['responses']> {
  const names = (await readdir(folder)).sort();
  return Promise.all(
    names.map(async (name) => {
      const [, status] = /^HTTP\/1.1 (\d+)/.exec(await readFile(join(folder, name, 'headers'), 'utf8')) ?? [];
      return { status: Number(status), body: await readFile(join(folder, name, 'body'), 'utf8') };
    }),
  );
}
