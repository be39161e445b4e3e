import { parseDatabaseUrl } from '../kernel/config/database-url.js';
import { ConnectionTarget, NoServerError } from './connection-target.js';
import { DatabaseError } from './database-error.js';

/** An error of Postgres, pg or Node.js. Postgres translates messages, but not the name of the routine. */
interface Cause {
  code?: string;
  message: string;
  /** Function of the Postgres server that reported the error. */
  routine?: string;
  syscall?: string;
  hostname?: string;
  /** Set by Node.js: host that the certificate is not valid for, and the certificate. */
  host?: string;
  cert?: { subjectaltname?: string; subject?: { CN?: string } };
}

const SET_CA =
  'Set sslrootcert in DATABASE_URL to a file with the CA certificate of the provider, for example ' +
  '?sslmode=verify-full&sslrootcert=/certs/ca.pem.';

const UNTRUSTED = `its TLS certificate is not signed by a CA that this service trusts. ${SET_CA}`;
const SELF_SIGNED = `its TLS certificate is self-signed, or signed by a private CA. ${SET_CA}`;

/** Reasons by error code of TLS in Node.js (the names of OpenSSL), and how to fix them. */
const TLS_REASONS: Record<string, string | ((cause: Cause) => string)> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: SELF_SIGNED,
  SELF_SIGNED_CERT_IN_CHAIN: SELF_SIGNED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_UNTRUSTED: UNTRUSTED,
  CERT_SIGNATURE_FAILURE: UNTRUSTED,
  INVALID_CA: UNTRUSTED,
  CERT_HAS_EXPIRED: 'its TLS certificate has expired. Renew it, and check the clock of this machine.',
  CERT_NOT_YET_VALID: 'its TLS certificate is not valid yet. Check the clock of this machine.',
  ERR_TLS_CERT_ALTNAME_INVALID: ({ host, cert }) =>
    `its TLS certificate is for ${cert?.subjectaltname || cert?.subject?.CN || 'another host'}, not for ${host}. ` +
    'Use a host name of the certificate in DATABASE_URL, or sslmode=verify-ca with sslrootcert to accept every name.',
};

/** Returns whether the code is that of a failed TLS connection. */
export function isTlsError(code: string): boolean {
  return code in TLS_REASONS || code === 'EPROTO' || code.startsWith('ERR_SSL_');
}

/** Reasons by SQLSTATE, and how to fix them. */
const POSTGRES_REASONS: Record<string, string> = {
  '28P01': 'the password is wrong, or the user does not exist. Check user and password in DATABASE_URL.',
  '3D000':
    'the database does not exist. Create it, for example with createdb, or check its name in DATABASE_URL.',
  '42501':
    'the user cannot create or change tables. Grant it CREATE on the schema public, or migrate as the owner of the ' +
    'tables (node dist/database/migrate.js) and then run deploy/postgres/roles.sql.',
  '57P03': 'it is still starting. Try again in a moment.',
  '53300':
    'it has no free connections. Raise max_connections or the connection limit of the user, close other clients, or ' +
    'connect through a pooler.',
};

const REQUIRES_TLS =
  'it requires TLS. Add sslmode to DATABASE_URL, for example ?sslmode=require, or to also verify the server: ' +
  '?sslmode=verify-full&sslrootcert=/certs/ca.pem.';

/** Reasons by error code of the operating system, and how to fix them. */
const NETWORK_REASONS: Record<string, (cause: Cause) => string> = {
  ECONNREFUSED: () =>
    'it cannot be reached (ECONNREFUSED): nothing accepts connections there. Check that it is running, and host and ' +
    'port in DATABASE_URL.',
  ENOTFOUND: ({ hostname }) =>
    `it cannot be reached (ENOTFOUND): the host name ${hostname ?? ''} does not exist. Check it in DATABASE_URL, and ` +
    'that this machine can resolve it.',
  EAI_AGAIN: ({ hostname }) =>
    `it cannot be reached (EAI_AGAIN): the host name ${hostname ?? ''} cannot be resolved at the moment. Check the ` +
    'DNS server of this machine, and the host in DATABASE_URL.',
  ENOENT: () =>
    'its Unix socket does not exist. Check that it is running, and directory and port in DATABASE_URL. In a ' +
    'container, mount the directory of the socket.',
  EACCES: () =>
    'the service has no permission to use its Unix socket. Run it as a user that can write to the socket.',
};

/** Converts an error of pg at start to one for the operator. The message does not contain the password. */
export function toDatabaseError(error: unknown, url: string): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const { database = '' } = parseDatabaseUrl(url);
  const target = ConnectionTarget.of(url);
  const location = `${target.names.join(',')}/${database}`;
  const reasons =
    error instanceof NoServerError
      ? error.errors.map((each, at) => `\n  ${error.servers[at]}: ${reasonOf(each, target.usesTls)}`).join('')
      : ` ${reasonOf(error, target.usesTls)}`;
  return new DatabaseError(`The database ${location} cannot be used:${reasons}`, { cause: error });
}

function reasonOf(error: unknown, usesTls: boolean): string {
  // Node.js tries all addresses of a host name.
  const cause = (error instanceof AggregateError ? error.errors[0] : error) as Cause;
  const { code = '', message, routine } = cause;
  const tls = TLS_REASONS[code];
  if (tls) return typeof tls === 'string' ? tls : tls(cause);
  if (isTlsError(code))
    return `the TLS connection failed (${message}). Check host and port in DATABASE_URL, and that it supports TLS.`;
  if (code === '28000') return authorizationReason(message, routine, usesTls);
  if (POSTGRES_REASONS[code]) return POSTGRES_REASONS[code];
  const network = NETWORK_REASONS[code];
  if (network) return network(cause);
  if (cause.syscall === 'connect')
    return `it cannot be reached (${code}). Check host and port in DATABASE_URL, and firewalls.`;
  return reasonByMessage(message, usesTls);
}

/** pg_hba.conf can reject a connection because it does not use TLS, which the code 28000 does not show. */
function authorizationReason(message: string, routine: string | undefined, usesTls: boolean): string {
  if (routine === 'ClientAuthentication') {
    if (!usesTls)
      return `${REQUIRES_TLS} If it does not, pg_hba.conf has no entry for this client (${message}).`;
    return (
      `it does not accept this user, database or address (${message}). Add an entry to pg_hba.conf, or allow the ` +
      "address of this machine in the provider's firewall."
    );
  }
  return asksForTls(message, usesTls) ? REQUIRES_TLS : `it does not accept the user (${message}).`;
}

/** Poolers and pg have no codes for these. */
function reasonByMessage(message: string, usesTls: boolean): string {
  if (asksForTls(message, usesTls)) return REQUIRES_TLS;
  if (/does not support SSL/.test(message))
    return 'it does not support TLS. Enable TLS on the server, or in a trusted network remove sslmode from the URL.';
  if (/password must be a string/.test(message))
    return 'it requires a password. Add one to DATABASE_URL, or set PGPASSWORD.';
  if (/timeout/i.test(message))
    return 'it does not respond. Check host and port in DATABASE_URL, and firewalls.';
  if (/target_session_attrs/.test(message))
    return `${message}. Check that its primary is running and listed in DATABASE_URL.`;
  return `${message}.`;
}

const asksForTls = (message: string, usesTls: boolean) =>
  !usesTls && /\b(SSL|TLS)\b|insecure|sslmode/i.test(message);
