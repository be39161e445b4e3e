import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import pg from 'pg';

/** Only an attempt: a dead host does not respond, and the statement ends by itself at some time. */
const TIMEOUT_MS = 5_000;

/** Members of pg.Connection. Its types omit most of them. */
interface CancelConnection extends EventEmitter {
  stream: Socket;
  connect(portOrPath: number | string, host?: string): void;
  requestSsl(): void;
  cancel(processID: number, secretKey: number): void;
}

/** State of pg.Client that its types omit. */
interface ClientState {
  host: string;
  port: number;
  ssl: object | boolean;
  sslNegotiation: 'postgres' | 'direct';
  processID: number;
  secretKey: number;
}

/**
 * Ends the statement of a connection that is closed before the response, over a second connection. Postgres would
 * complete it otherwise, and retries would wait for its locks.
 */
export function cancelStatement(client: pg.Client): void {
  const { host, port, ssl, sslNegotiation, processID, secretKey } = client as unknown as ClientState;
  const options = { ssl, sslNegotiation } as unknown as pg.ConnectionConfig;
  const connection = new pg.Connection(options) as unknown as CancelConnection;
  const cancel = () => connection.cancel(processID, secretKey);
  connection.on('error', () => {});
  connection.once('sslconnect', cancel).once('connect', () => {
    if (!ssl) cancel();
    else if (sslNegotiation === 'postgres') connection.requestSsl();
  });
  const { stream } = connection;
  stream.setTimeout(TIMEOUT_MS, () => stream.destroy());
  if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
  else connection.connect(port, host);
}
