import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config.js';
import { readEnvFile } from './env-file.js';

const folder = mkdtempSync(join(tmpdir(), 'env-file-'));
const path = join(folder, '.env');
const read = (content: string | Uint8Array) => {
  writeFileSync(path, content);
  return readEnvFile(path);
};

describe('an env file', () => {
  it('may be missing', () => {
    expect(readEnvFile(join(folder, 'none'))).toEqual({});
  });

  it('contains settings, comments and empty lines', () => {
    const text =
      '# number\r\nPORT=8889\r\n\r\n  export HOST = "::" # all\r\nAPI_KEY=\nLOG_LEVEL=\'debug\'\nA=b"c # d';
    expect(read(text)).toEqual({ PORT: '8889', HOST: '::', API_KEY: '', LOG_LEVEL: 'debug', A: 'b"c' });
  });

  it.each([
    ['a colon instead of an equals sign', 'PORT: 22012\nLOG_LEVEL=info', ['Line 1', '(PORT …)']],
    ['a name without a value', 'PORT=8889\nAPI_KEY geheim\n', ['Line 2', '(API_KEY …)']],
    ['a quotation mark that is not closed', 'API_KEY="geheim\nPORT="8889"', ['Line 1', '(API_KEY …)']],
    ['no name', '=geheim', ['Line 1', '(= …)']],
    ['a byte order mark', '\uFEFFAPI_KEY=geheim', ['begins with a byte order mark', 'UTF-8']],
    ['UTF-16', Buffer.from('\uFEFFPORT=1\n', 'utf16le'), ['is not saved as UTF-8']],
  ])('is refused with %s, and its values are not shown', (_, content, parts) => {
    expect(() => read(content)).toThrow(ConfigError);
    for (const part of parts) expect(() => read(content)).toThrow(part);
    expect(() => read(content)).not.toThrow(/geheim/);
  });

  it('is refused with all lines that are not settings', () => {
    expect(() => read('a b\nPORT=1\nc d')).toThrow(/Line 1 .*\nLine 3 /);
  });
});
