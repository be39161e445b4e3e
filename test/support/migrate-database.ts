import { withSchema } from '../../src/database/database-schema.js';

type Migrate = (url: string, entities: unknown[], schema?: string) => Promise<void>;

const DIST = new URL('../../dist/', import.meta.url);

let loaded: Promise<{ migrate: Migrate; entities: unknown[] }> | null = null;

/**
 * Migrates a database as the service does at startup. Uses the built service, because only it has migrations.
 * @throws DatabaseError
 */
export async function migrateDatabase(url: string, schema?: string): Promise<void> {
  loaded ??= load();
  const { migrate, entities } = await loaded;
  await migrate(schema ? withSchema(url, schema) : url, entities, schema);
}

async function load(): Promise<{ migrate: Migrate; entities: unknown[] }> {
  const built = (path: string): Promise<unknown> => import(new URL(path, DIST).href);
  const { ENTITIES } = (await built('entities.js')) as { ENTITIES: unknown[] };
  const { migrate } = (await built('database/migrations.js')) as { migrate: Migrate };
  return { migrate, entities: ENTITIES };
}
