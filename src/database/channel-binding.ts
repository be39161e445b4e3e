import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { DatabaseError } from './database-error.js';

/** The only mechanism that proves that the TLS connection ends at the server that knows the password. */
const WITH_CHANNEL_BINDING = 'SCRAM-SHA-256-PLUS';

/**
 * Closes a connection whose server does not authenticate with channel binding, before it receives the password. Like
 * `channel_binding=require` of libpq. pg itself only uses channel binding if the server offers it.
 */
export function requireChannelBinding(connection: EventEmitter & { stream: Duplex }): void {
  let isProved = false;
  const refuse = () => {
    connection.removeAllListeners('readyForQuery');
    connection.stream.destroy(
      new DatabaseError(
        'The database server does not authenticate with channel binding, which channel_binding=require in ' +
          'DATABASE_URL requires. If it is a pooler without channel binding, remove channel_binding, and set ' +
          'sslmode=verify-full.',
      ),
    );
  };
  connection
    .on('authenticationCleartextPassword', refuse)
    .on('authenticationMD5Password', refuse)
    .on('authenticationSASL', ({ mechanisms }: { mechanisms: string[] }) => {
      if (!mechanisms.includes(WITH_CHANNEL_BINDING)) refuse();
    })
    .on('authenticationSASLFinal', () => (isProved = true))
    .on('authenticationOk', () => isProved || refuse());
}
