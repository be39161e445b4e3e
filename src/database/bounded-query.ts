import type { Pool, QueryConfig, QueryResult, QueryResultRow } from 'pg';

/**
 * A query that reads much, ended by the database when it takes too long. The limit is set within a transaction, for a pooler in
 * between gives the connection to others after it.
 * @throws the database's error 57014 when the time is up
 */
export async function boundedQuery<Row extends QueryResultRow>(
  pool: Pool,
  timeoutMs: number,
  query: QueryConfig,
): Promise<QueryResult<Row>> {
  const client = await pool.connect();
  try {
    await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = ${timeoutMs}`);
    const result = await client.query<Row>(query);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    // Closing it ends the transaction, whatever has become of it.
    client.release(true);
    throw error;
  }
}
