import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigError } from './config.js';
import { useFirstApiKey } from './first-api-key.js';
import { loadConfig } from './load-config.js';

describe('useFirstApiKey', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'first-key-'));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  it('creates a key that only its user can read, and uses it again', () => {
    const env: NodeJS.ProcessEnv = { HOST: '0.0.0.0', DATA_DIR: join(root, 'new') };
    const created = useFirstApiKey(env);
    expect(created?.key).toMatch(/^[0-9a-f]{64}$/);
    expect(statSync(created?.file ?? '').mode & 0o777).toBe(0o600);
    expect(loadConfig(env).API_KEY).toBe(created?.key);
    const again: NodeJS.ProcessEnv = { HOST: '0.0.0.0', DATA_DIR: join(root, 'new') };
    expect(useFirstApiKey(again)).toBeNull();
    expect(loadConfig(again).API_KEY).toBe(created?.key);
  });

  it.each([{ API_KEY: 'x'.repeat(16) }, { API_KEY_FILE: '/run/secrets/key' }, { ALLOW_ANONYMOUS: 'true' }])(
    'does nothing with %j',
    (access) => {
      const env: NodeJS.ProcessEnv = { DATA_DIR: join(root, 'new'), ...access };
      expect(useFirstApiKey(env)).toBeNull();
      expect(env).toEqual({ DATA_DIR: join(root, 'new'), ...access });
      expect(() => statSync(join(root, 'new'))).toThrow(/ENOENT/);
    },
  );

  it('rejects a directory that cannot be used, and explains how to make it writable', () => {
    writeFileSync(join(root, 'file'), '');
    const use = () => useFirstApiKey({ DATA_DIR: join(root, 'file') });
    expect(use).toThrow(ConfigError);
    expect(use).toThrow(/file cannot be used \(.*Mount a named volume.* chown \d+:\d+ <directory>\.$/);
    expect(readFileSync(join(root, 'file'), 'utf8')).toBe('');
  });
});
