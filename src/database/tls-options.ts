import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import { parse } from 'pg-connection-string';
import { DatabaseError } from './database-error.js';

/** Options of a TLS connection; false for a connection without TLS. */
export type Tls = ConnectionOptions | false;

/** sslmode by the value of `ssl`, the parameter of JDBC and node-postgres. Other values mean verify-full. */
const SSL: Record<string, string> = {
  false: 'disable',
  0: 'disable',
  disable: 'disable',
  'no-verify': 'no-verify',
};

/** Modes that pg-connection-string does not support as libpq does, and modes with the same TLS options. */
const SAME_OPTIONS: Record<string, string> = { allow: 'prefer', 'no-verify': 'require' };

/** File parameters that pg-connection-string reads. */
const FILES = ['sslrootcert', 'sslcert', 'sslkey'];

/**
 * Returns the options that sslmode and the other TLS parameters of a Postgres URL describe, in the order in which libpq
 * tries them. As in libpq, `require` verifies the certificate only if sslrootcert is set, `prefer` and `allow` never.
 * Without sslmode, TLS is used only if a certificate is configured.
 * @throws DatabaseError if a file cannot be read, or contains no certificate or key
 */
export function tlsOptions(parameters: Record<string, string>): Tls[] {
  const mode = modeOf(parameters);
  if (mode === 'disable') return [false];
  requireSafe(mode, parameters);
  const { sslrootcert, sslpassword } = parameters;
  const hasCa = sslrootcert !== 'system' && mode !== 'no-verify';
  const files = FILES.filter((name) => parameters[name] && (hasCa || name !== 'sslrootcert'));
  const options = readOptions(
    SAME_OPTIONS[mode] ?? mode,
    Object.fromEntries(files.map((name) => [name, parameters[name] ?? ''])),
  );
  requireCertificates(options, files, sslpassword);
  if (mode === 'prefer') return [options, false];
  return mode === 'allow' ? [false, options] : [options];
}

function modeOf({ sslmode, ssl, ...others }: Record<string, string>): string {
  if (sslmode) return sslmode;
  if (ssl) return SSL[ssl] ?? 'verify-full';
  const usesTls = others.sslnegotiation === 'direct' || FILES.some((name) => others[name]);
  return usesTls ? 'verify-full' : 'disable';
}

function requireSafe(mode: string, { sslrootcert, sslnegotiation }: Record<string, string>): void {
  if (sslrootcert === 'system' && mode !== 'verify-full')
    throw new DatabaseError(
      `sslrootcert=system requires sslmode=verify-full, because anyone can get a certificate of a public CA. ` +
        'Set sslmode=verify-full in DATABASE_URL.',
    );
  if (mode === 'verify-ca' && !sslrootcert)
    throw new DatabaseError(
      'sslmode=verify-ca requires sslrootcert, because anyone can get a certificate of a public CA. Set sslrootcert ' +
        'in DATABASE_URL to the file with the CA certificate of the server, or use sslmode=verify-full.',
    );
  if (sslnegotiation === 'direct' && (mode === 'prefer' || mode === 'allow'))
    throw new DatabaseError(
      `sslnegotiation=direct cannot be used with sslmode=${mode}. Set sslmode=require, verify-ca or verify-full.`,
    );
}

function readOptions(sslmode: string, files: Record<string, string>): ConnectionOptions {
  const query = Object.entries({ sslmode, ...files }).map((pair) => pair.map(encodeURIComponent).join('='));
  try {
    return parse(`postgres://?${query.join('&')}`, { useLibpqCompat: true }).ssl as ConnectionOptions;
  } catch (cause) {
    const { code, path } = cause as NodeJS.ErrnoException;
    const name = FILES.find((file) => files[file] === path) ?? 'sslrootcert';
    throw new DatabaseError(
      `The file ${JSON.stringify(path)} of ${name} in DATABASE_URL cannot be read (${code}). Check its path and ` +
        'permissions. In a container, mount the file and use its path there.',
      { cause },
    );
  }
}

/** Fails at start instead of at each connection. Decrypts the key, and hides it from logs, as pg does. */
function requireCertificates(options: ConnectionOptions, files: string[], passphrase?: string): void {
  try {
    if (options.key) {
      const value = createPrivateKey({ key: options.key as string, passphrase });
      Object.defineProperty(options, 'key', {
        value: value.export({ type: 'pkcs8', format: 'pem' }),
        enumerable: false,
      });
    }
    // Node.js ignores a CA file without certificates.
    if (options.ca) new X509Certificate(options.ca as string);
    createSecureContext(options);
  } catch (cause) {
    throw new DatabaseError(
      `The files of ${files.join(', ')} in DATABASE_URL cannot be used (${(cause as Error).message}). They must be ` +
        'in PEM format: certificates begin with -----BEGIN CERTIFICATE-----, and sslkey must match sslcert.',
      { cause },
    );
  }
}
