import { withSchema } from '../../src/database/database-schema.js';

/**
 * Migrates a database as the service does at startup. Uses the built service, because only it has migrations.
 * @throws DatabaseError
 */
export async function migrateDatabase(url: string, schema?: string): Promise<void> {
  const built = (path: string): Promise<unknown> =>
    import(new URL(`../../dist/${path}`, import.meta.url).href);
  const { ENTITIES } = (await built('entities.js')) as { ENTITIES: unknown[] };
  const { migrate } = (await built('database/migrations.js')) as {
    migrate: (url: string, entities: unknown[], schema?: string) => Promise<void>;
  };
  await migrate(schema ? withSchema(url, schema) : url, ENTITIES, schema);
}
