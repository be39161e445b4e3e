import type { Pool, QueryConfig, QueryResult, QueryResultRow } from 'pg';

/**
 * Runs a query that reads many rows, with a time limit in the database. The limit is set within a transaction, because
 * a connection pooler may pass the connection to another client afterward.
 * @throws the Postgres error 57014 when the time is up
 */
export async function boundedQuery<Row extends QueryResultRow>(
  pool: Pool,
  timeoutMs: number,
  query: QueryConfig,
): Promise<QueryResult<Row>> {
  const client = await pool.connect();
  try {
    await client.query(
      `BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; SET LOCAL statement_timeout = ${timeoutMs}`,
    );
    const result = await client.query<Row>(query);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    // Closing the connection ends the transaction in any state.
    client.release(true);
    throw error;
  }
}
