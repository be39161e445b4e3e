import type { Readable } from 'node:stream';
import type { Pool, PoolClient, QueryConfig, QueryResultRow } from 'pg';
import copyStreams from 'pg-copy-streams';

/** CSV with a quote and a delimiter that JSON escapes. The text format of COPY would double the backslashes of JSON. */
const AS_LINES_OF_JSON = `TO STDOUT (FORMAT csv, QUOTE e'\\x01', DELIMITER e'\\x02')`;

/** A statement_timeout of the role would end streams to slow clients. The API disconnects clients that are too slow. */
const WITHOUT_TIMEOUT = 'SET LOCAL statement_timeout = 0';

/**
 * Streams the rows of a query with one column as lines, with constant memory. Values must not contain line breaks or
 * the bytes 1 and 2; JSON does not. The connection is returned to the pool at the end. If the reader stops early, the
 * connection is closed, which ends the query.
 * @param sql without parameters, which COPY does not support
 */
export async function copyLines(pool: Pool, sql: string): Promise<Readable> {
  const client = await pool.connect();
  try {
    await client.query(`BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY; ${WITHOUT_TIMEOUT}`);
    return copyFrom(client, sql);
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/**
 * Runs a query, and streams lines as `copyLines` does from the same snapshot of the database.
 * @returns the first row of the query, and the stream
 * @throws the error of the query
 */
export async function copySnapshot<Row extends QueryResultRow>(
  pool: Pool,
  query: QueryConfig,
  sql: string,
): Promise<{ before: Row | undefined; rows: Readable }> {
  const client = await pool.connect();
  try {
    await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${WITHOUT_TIMEOUT}`);
    const { rows } = await client.query<Row>(query);
    return { before: rows[0], rows: copyFrom(client, sql) };
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** @param client in a transaction, which ends with the stream */
function copyFrom(client: PoolClient, sql: string): Readable {
  const rows = client.query(copyStreams.to(`COPY (${sql}) ${AS_LINES_OF_JSON}`));
  const finish = (error?: Error) => client.release(error);
  rows.once('error', finish).once('close', () => {
    if (!rows.readableEnded && !rows.errored) finish(new Error('The reader stopped early'));
  });
  rows.once('end', () => {
    client.query('COMMIT').then(() => finish(), finish);
  });
  return rows;
}

/** Parses the lines of a stream as JSON. Lines may span chunks. */
export async function* readJsonLines<Row>(stream: Readable): AsyncGenerator<Row> {
  let rest: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([...rest, chunk.subarray(start, end)]);
      rest = [];
      start = end + 1;
      yield JSON.parse(line.toString('utf8')) as Row;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
}
