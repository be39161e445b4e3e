import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { SecretsError } from './secrets.errors.js';
import { Secrets } from './secrets.js';

const newKey = () => randomBytes(32).toString('base64');
const [first, second] = [newKey(), newKey()];
const ROW = ['auth_key', 'default', 'session', '1.0'] as const;

describe('secrets', () => {
  it('are what they were, when they are opened for the same row', () => {
    const secrets = new Secrets([first]);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string()), (text, key) => {
        const sealed = secrets.seal(text, ['auth_key', ...key]);
        expect(sealed).toMatch(/^enc1:[0-9a-f]{16}:[\w+/=]+$/);
        expect(secrets.open(sealed, ['auth_key', ...key])).toBe(text);
      }),
    );
  });

  it('never look the same twice', () => {
    const secrets = new Secrets([first]);
    expect(secrets.seal('{}', ROW)).not.toBe(secrets.seal('{}', ROW));
  });

  it('cannot be opened for another row, or when a byte was changed', () => {
    const secrets = new Secrets([first]);
    const sealed = secrets.seal('{"private":"key"}', ROW);
    for (const row of [
      ['auth_key', 'sales', 'session', '1.0'],
      ['auth_key', 'default', 'session1.0'],
    ] as const)
      expect(() => secrets.open(sealed, row)).toThrow(SecretsError);
    const at = sealed.lastIndexOf(':') + 1;
    const bytes = Buffer.from(sealed.slice(at), 'base64');
    for (let i = 0; i < bytes.length; i += 1) {
      const changed = Buffer.from(bytes);
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(() => secrets.open(sealed.slice(0, at) + changed.toString('base64'), ROW)).toThrow(
        /was changed/,
      );
    }
    expect(() => secrets.open(sealed.slice(0, at + 8), ROW)).toThrow(SecretsError);
  });

  it('are opened with any of the keys, and sealed with the first', () => {
    const before = new Secrets([first]);
    const both = new Secrets([second, first]);
    const after = new Secrets([Buffer.from(second, 'base64').toString('hex')]);
    expect(both.open(before.seal('x', ROW), ROW)).toBe('x');
    expect(after.open(both.seal('x', ROW), ROW)).toBe('x');
    expect(() => after.open(before.seal('x', ROW), ROW)).toThrow(/not in ENCRYPTION_KEY/);
  });

  it('are rejected in plaintext once all are encrypted', () => {
    const secrets = new Secrets([first]);
    const sealed = secrets.seal('{"a":1}', ROW);
    secrets.rejectPlaintext();
    expect(() => secrets.open('{"a":1}', ROW)).toThrow(/^auth_key default session 1.0 is not encrypted/);
    expect(secrets.open(sealed, ROW)).toBe('{"a":1}');
  });

  it('are accepted in plaintext without a key, whatever was called', () => {
    const secrets = new Secrets([]);
    secrets.rejectPlaintext();
    expect(secrets.open('{"a":1}', ROW)).toBe('{"a":1}');
  });

  it.each(['enc2:', 'ENC1:', 'enc1:', 'enc:', 'Enc1:ABCDEF0123456789:'])(
    'are rejected when they begin with %s, which no plaintext does',
    (prefix) => {
      for (const keys of [[], [first]])
        expect(() => new Secrets(keys).open(`${prefix}AAAA`, ROW)).toThrow(SecretsError);
    },
  );

  it('stay as they are without a key, and can be read as they were before there was one', () => {
    expect(new Secrets([]).seal('{"a":1}', ROW)).toBe('{"a":1}');
    expect(new Secrets([first]).open('{"a":1}', ROW)).toBe('{"a":1}');
  });
});
