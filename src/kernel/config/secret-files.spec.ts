import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from './load-config.js';

const VALUES = {
  API_KEY: 'k'.repeat(32),
  DATABASE_URL: 'postgres://me:secret@db:5432/contacts',
  ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  HTTPS_PROXY: 'http://me:secret@proxy:3128',
  HTTP_PROXY: 'http://me:secret@proxy:3128',
  ALL_PROXY: 'socks5://me:secret@proxy:1080',
  WEBHOOKS_PROXY: 'http://me:secret@proxy:3128',
};
const SECRETS = Object.entries(VALUES);
const NAMES = SECRETS.map(([name]) => name);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Returns the path of a new file. */
function fileWith(text: string): string {
  const path = join(folder, `${Math.random()}`);
  writeFileSync(path, text);
  return path;
}

describe('secrets from files', () => {
  it.each(SECRETS)('reads %s without the line break at the end', (name, value) => {
    for (const text of [value, `${value}\n`, `${value}\r\n`, `\uFEFF${value}\n\n`])
      expect(loadConfig({ [`${name}_FILE`]: fileWith(text) })).toEqual(loadConfig({ [name]: value }));
  });

  it('reads several keys from one file, one per line', () => {
    const keys = [VALUES.ENCRYPTION_KEY, '07'.repeat(32)];
    expect(loadConfig({ ENCRYPTION_KEY_FILE: fileWith(keys.join('\n')) }).ENCRYPTION_KEY).toEqual(keys);
  });

  it.each(NAMES)('treats an empty %s_FILE as not set, and an empty variable next to the file', (name) => {
    expect(loadConfig({ [`${name}_FILE`]: ' ' })).toEqual(loadConfig({}));
    const value = VALUES[name as keyof typeof VALUES];
    expect(loadConfig({ [name]: '', [`${name}_FILE`]: fileWith(value) })).toEqual(
      loadConfig({ [name]: value }),
    );
  });

  it.each(SECRETS)('rejects %s as variable and as file', (name, value) => {
    const load = () => loadConfig({ [name]: value, [`${name}_FILE`]: fileWith(value) });
    expect(load).toThrow(`${name} and ${name}_FILE are both set: remove one of them.`);
  });

  it.each(NAMES)('rejects a missing, an empty and an unreadable file of %s', (name) => {
    const load = (path: string) => () => loadConfig({ HOST: '0.0.0.0', [`${name}_FILE`]: path });
    expect(load('/no/such/file')).toThrow(
      new RegExp(`^Invalid ${name}_FILE "/no/such/file": the file cannot be read \\(ENOENT.*permissions\\.$`),
    );
    expect(load(fileWith('\n'))).toThrow(
      new RegExp(`^Invalid ${name}_FILE ".*": the file is empty. Write the value of ${name} to it.$`),
    );
    expect(load(folder)).toThrow(/the file cannot be read \(EISDIR/);
    const locked = fileWith('x');
    chmodSync(locked, 0);
    // The superuser can read every file.
    if (process.getuid?.() !== 0) expect(load(locked)).toThrow(/the file cannot be read \(EACCES/);
  });

  it('names the file of an invalid secret, without its content', () => {
    const path = fileWith('mysql://me:secret@db/contacts');
    expect(() => loadConfig({ DATABASE_URL_FILE: path })).toThrow(
      new RegExp(`^Invalid DATABASE_URL in the file "${path}": set it to a Postgres URL(?![^]*secret@)`),
    );
    expect(() => loadConfig({ API_KEY_FILE: fileWith('two lines\nof text') })).toThrow(
      /^Invalid API_KEY in the file ".*": set it to 16 to 200(?![^]*two lines)/,
    );
  });

  it('reports the files of all secrets', () => {
    const files = Object.fromEntries(NAMES.map((name) => [`${name}_FILE`, `/no/${name}`]));
    expect(() => loadConfig(files)).toThrow(/API_KEY_FILE[^]*\nInvalid DATABASE_URL_FILE[^]*\nInvalid ENC/);
  });
});
