import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { redact } from './redact.js';

describe('redact', () => {
  it.each([
    ['a Buffer', inspect({ privKey: randomBytes(32) }), /^\{\s*privKey: \[redacted\]\s*\}$/],
    ['a Uint8Array', inspect(new Uint8Array(randomBytes(32))), /^\[redacted\]$/],
    ['hexadecimal', randomBytes(32).toString('hex'), /^\[redacted\]$/],
    ['base64', randomBytes(32).toString('base64'), /^\[redacted\]=?$/],
    ['base64url', randomBytes(48).toString('base64url'), /^\[redacted\]$/],
  ])('removes %s', (_, text, expected) => {
    expect(redact(`before ${text} after`).slice('before '.length, -' after'.length)).toMatch(expected);
  });

  it.each(['{"private":"key1', '{"token": secret}', 'secret', '{"a":"b"} secret'])(
    'removes what JSON.parse() quotes of %s',
    (json) => {
      const parse = () => {
        try {
          return JSON.parse(json) as string;
        } catch (error) {
          return String(error);
        }
      };
      expect(redact(parse())).toMatch(/^SyntaxError: /);
      expect(redact(parse())).not.toMatch(/secret|private|key1/);
    },
  );

  it('removes the value that an error of Node.js quotes, and keeps its type', () => {
    const text = (work: () => unknown) => {
      try {
        return String(work());
      } catch (error) {
        return String(error);
      }
    };
    const withType = text(() => Buffer.alloc('secret key' as unknown as number));
    expect(withType).toContain('secret');
    expect(redact(withType)).toMatch(/must be of type number\. Received type string \[redacted\]$/);
    const withValue = text(() => readFileSync('/', { encoding: 'secret' as 'utf8' }));
    expect(withValue).toContain('secret');
    expect(redact(withValue)).not.toContain('secret');
  });

  it.each([
    'TypeError: Cannot read properties of undefined',
    '    at file:///app/node_modules/@whiskeysockets/baileys/lib/Socket/messages-recv.js:512:13',
    'All secrets are encrypted with the key 3f2a9c41d07be655.',
    'request 123e4567-e89b-12d3-a456-426614174000',
    '123456789012345678901234567890@lid',
  ])('keeps %s', (text) => expect(redact(text)).toBe(text));
});
