import type { Pool, PoolClient, QueryConfig, QueryResultRow } from 'pg';
import copyStreams from 'pg-copy-streams';
import type { Readable } from 'node:stream';

/**
 * COPY's own text format would double the backslashes of JSON, so it writes CSV with a quote and a delimiter that
 * JSON never holds unescaped.
 */
const AS_LINES_OF_JSON = `TO STDOUT (FORMAT csv, QUOTE e'\\x01', DELIMITER e'\\x02')`;

/**
 * Streams the rows of a query of one column, a line each, with flat memory. Each value must be free of line breaks
 * and of the bytes 1 and 2, as JSON is. The connection is given back at the end; when the reader goes away before,
 * it is closed, which ends the query.
 * @param sql without parameters, which COPY does not take
 */
export async function copyLines(pool: Pool, sql: string): Promise<Readable> {
  return copyFrom(await pool.connect(), sql);
}

/**
 * The same, after another query whose first row tells of the very same moment.
 * @throws what that query does
 */
export async function copySnapshot<Row extends QueryResultRow>(
  pool: Pool,
  query: QueryConfig,
  sql: string,
): Promise<{ before: Row | undefined; rows: Readable }> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await client.query<Row>(query);
    return { before: rows[0], rows: copyFrom(client, sql, 'COMMIT') };
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** @param last what is to be done with the connection before it is given back */
function copyFrom(client: PoolClient, sql: string, last?: string): Readable {
  const rows = client.query(copyStreams.to(`COPY (${sql}) ${AS_LINES_OF_JSON}`));
  const finish = (error?: Error) => client.release(error);
  rows.once('error', finish).once('close', () => {
    if (!rows.readableEnded && !rows.errored) finish(new Error('The reader went away'));
  });
  rows.once('end', () => {
    if (!last) return finish();
    client.query(last).then(() => finish(), finish);
  });
  return rows;
}

/** The lines of a stream as objects; lines may lie across chunks. */
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
