import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** A certificate in PEM format and its private key, as paths. */
export interface Certificate {
  cert: string;
  key: string;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Creates a CA, or another self-signed certificate, with openssl. */
export async function createCa(folder: string, name: string): Promise<Certificate> {
  const { cert, key } = paths(folder, name);
  await execute('openssl', [
    'req',
    '-x509',
    ...NEW_KEY,
    '-keyout',
    key,
    '-out',
    cert,
    '-subj',
    `/CN=${name}`,
  ]);
  return { cert, key };
}

/**
 * Creates a certificate that a CA has signed.
 * @param names as in subjectAltName, for example DNS:localhost
 */
export async function createCertificate(
  folder: string,
  name: string,
  { ca, names }: { ca: Certificate; names: string },
): Promise<Certificate> {
  const { cert, key } = paths(folder, name);
  const request = join(folder, `${name}.csr`);
  const extensions = join(folder, `${name}.ext`);
  await writeFile(extensions, `subjectAltName=${names}\n`);
  await execute('openssl', ['req', ...NEW_KEY, '-keyout', key, '-out', request, '-subj', `/CN=${name}`]);
  const signer = ['-CA', ca.cert, '-CAkey', ca.key, '-CAcreateserial', '-extfile', extensions];
  await execute('openssl', ['x509', '-req', '-in', request, ...signer, '-out', cert]);
  return { cert, key };
}

const paths = (folder: string, name: string): Certificate => ({
  cert: join(folder, `${name}.crt`),
  key: join(folder, `${name}.key`),
});
