import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SecretsError } from './secrets.errors.js';
import { Secrets } from './secrets.js';

const newKey = () => randomBytes(32).toString('base64');
const [first, second] = [newKey(), newKey()];
const ROW = ['auth_key', 'default', 'session', '1.0'] as const;

describe('Secrets', () => {
  it('decrypts a text for the row for which it was encrypted', () => {
    const secrets = new Secrets([first]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string()), (text, key) => {
        const encrypted = secrets.encrypt(text, ['auth_key', ...key]);
        expect(encrypted).toMatch(/^enc1:[0-9a-f]{16}:[\w+/=]+$/);
        expect(secrets.decrypt(encrypted, ['auth_key', ...key])).toBe(text);
      }),
    );
  });

  it('encrypts equal texts differently', () => {
    const secrets = new Secrets([first]);
    expect(secrets.encrypt('{}', ROW)).not.toBe(secrets.encrypt('{}', ROW));
  });

  it('rejects a text of another row, or with a changed byte', () => {
    const secrets = new Secrets([first]);
    const encrypted = secrets.encrypt('{"private":"key"}', ROW);
    for (const row of [
      ['auth_key', 'sales', 'session', '1.0'],
      ['auth_key', 'default', 'session1.0'],
    ] as const)
      expect(() => secrets.decrypt(encrypted, row)).toThrow(SecretsError);
    const at = encrypted.lastIndexOf(':') + 1;
    const bytes = Buffer.from(encrypted.slice(at), 'base64');
    for (let i = 0; i < bytes.length; i += 1) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(() => secrets.decrypt(encrypted.slice(0, at) + changed.toString('base64'), ROW)).toThrow(
        /was changed/,
      );
    }
    expect(() => secrets.decrypt(encrypted.slice(0, at + 8), ROW)).toThrow(SecretsError);
  });

  it('decrypts with any of the keys, and encrypts with the first', () => {
    const before = new Secrets([first]);
    const both = new Secrets([second, first]);
    const after = new Secrets([Buffer.from(second, 'base64').toString('hex')]);
    expect(both.decrypt(before.encrypt('x', ROW), ROW)).toBe('x');
    expect(after.decrypt(both.encrypt('x', ROW), ROW)).toBe('x');
    expect(() => after.decrypt(before.encrypt('x', ROW), ROW)).toThrow(/not in ENCRYPTION_KEY/);
  });

  it('rejects plaintext after rejectPlaintext()', () => {
    const secrets = new Secrets([first]);
    const encrypted = secrets.encrypt('{"a":1}', ROW);
    secrets.rejectPlaintext();
    expect(() => secrets.decrypt('{"a":1}', ROW)).toThrow(/^auth_key default session 1.0 is not encrypted/);
    expect(secrets.decrypt(encrypted, ROW)).toBe('{"a":1}');
  });

  it('accepts plaintext without a key, even after rejectPlaintext()', () => {
    const secrets = new Secrets([]);
    secrets.rejectPlaintext();
    expect(secrets.decrypt('{"a":1}', ROW)).toBe('{"a":1}');
  });

  it.each(['enc2:', 'ENC1:', 'enc1:', 'enc:', 'Enc1:ABCDEF0123456789:'])(
    'rejects texts with the reserved prefix %s',
    (prefix) => {
      for (const keys of [[], [first]])
        expect(() => new Secrets(keys).decrypt(`${prefix}AAAA`, ROW)).toThrow(SecretsError);
    },
  );

  it('does not encrypt without a key, and accepts plaintext that was stored before a key was set', () => {
    expect(new Secrets([]).encrypt('{"a":1}', ROW)).toBe('{"a":1}');
    expect(new Secrets([first]).decrypt('{"a":1}', ROW)).toBe('{"a":1}');
  });
});
