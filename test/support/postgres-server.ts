import { chown, copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { type Certificate, createCa, createCertificate } from './certificates.js';

/** A Postgres server for one suite, whose settings the suite can change. */
export interface PostgresServer {
  /** URL of the superuser, without TLS. */
  url: string;
  port: number;
  /** Directory of the server, which stop() removes. */
  folder: string;
  query(...statements: string[]): Promise<pg.QueryResult[]>;
  stop(): Promise<void>;
}

export async function startPostgresServer(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'whatsapp-contacts-server-'));
  const server = await startEmbeddedPostgres({ dataDir: folder, log: () => {} });
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    folder,
    query: (...statements) => execute(server.url, statements),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function execute(url: string, statements: string[]): Promise<pg.QueryResult[]> {
  // The superuser can undo settings that make the server read-only.
  const client = new pg.Client({ connectionString: url, options: '-c default_transaction_read_only=off' });
  await client.connect();
  try {
    const results = [];
    for (const statement of statements) results.push(await client.query(statement));
    return results;
  } finally {
    await client.end();
  }
}

/** Users of a server with TLS. Their passwords are their names. */
export const TLS_USERS = {
  /** Any connection. */
  either: 'either',
  /** As managed databases: connections without TLS are rejected. */
  tlsOnly: 'tls_only',
  plainOnly: 'plain_only',
  /** Requires a certificate that the CA has signed for its name. */
  certificate: 'with_certificate',
};

export interface TlsFiles {
  ca: Certificate;
  otherCa: Certificate;
  /** Of the user `with_certificate`. */
  client: Certificate;
}

/** Enables TLS with a certificate for localhost (not for 127.0.0.1) by a private CA, and creates TLS_USERS. */
export async function enableTls(server: PostgresServer): Promise<TlsFiles> {
  const { folder } = server;
  const ca = await createCa(folder, 'ca');
  const [otherCa, certificate, client] = await Promise.all([
    createCa(folder, 'other-ca'),
    createCertificate(folder, 'server', { ca, names: 'DNS:localhost' }),
    createCertificate(folder, TLS_USERS.certificate, { ca, names: 'DNS:client' }),
  ]);
  const data = join(folder, 'postgres', 'data');
  const { uid, gid } = await stat(data);
  const install = async (source: string, name: string) => {
    await copyFile(source, join(data, name));
    await chown(join(data, name), uid, gid);
  };
  await install(ca.cert, 'ca.crt');
  await install(certificate.cert, 'server.crt');
  await install(certificate.key, 'server.key');
  await writeFile(
    join(data, 'pg_hba.conf'),
    `host all whatsapp_contacts,${TLS_USERS.either} 127.0.0.1/32 scram-sha-256
     hostssl all ${TLS_USERS.tlsOnly} 127.0.0.1/32 scram-sha-256
     hostnossl all ${TLS_USERS.plainOnly} 127.0.0.1/32 scram-sha-256
     hostssl all ${TLS_USERS.certificate} 127.0.0.1/32 cert`,
  );
  await server.query(
    ...Object.values(TLS_USERS).map((name) => `CREATE ROLE ${name} LOGIN PASSWORD '${name}'`),
    "ALTER SYSTEM SET ssl_ca_file = 'ca.crt'",
    'ALTER SYSTEM SET ssl = on',
    'SELECT pg_reload_conf()',
  );
  return { ca, otherCa, client };
}
