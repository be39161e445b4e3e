import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';

/** Written by a process, because the logger writes to the file descriptor. */
function entriesOf(script: string): Record<string, unknown>[] {
  const imports = `
    import { Logger } from '@nestjs/common';
    import { createLogger } from './dist/kernel/logging/logger.js';
    import { Log } from './dist/kernel/logging/log.js';
    Logger.overrideLogger(createLogger({ LOG_LEVEL: 'debug', BAILEYS_LOG_LEVEL: 'error' }, false));
    const log = new Log('Test');`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', imports + script], {
    encoding: 'utf8',
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('createLogger', () => {
  it('writes values as fields next to a fixed message', () => {
    const [entry] = entriesOf(`log.info({ contacts: 3, name: 'first-sync' }, 'First sync complete');`);
    expect(entry).toMatchObject({
      level: 'info',
      context: 'Test',
      message: 'First sync complete',
      contacts: 3,
      name: 'first-sync',
    });
  });

  it('writes type, code and message of an error, and the stack from level error on', () => {
    const [warning, error] = entriesOf(`
      const err = Object.assign(new TypeError('refused'), { code: 'ECONNREFUSED' });
      log.warn({ err }, 'Reading failed');
      log.error({ err }, 'Reading failed');`);
    expect(warning?.err).toEqual({ type: 'TypeError', code: 'ECONNREFUSED', message: 'refused' });
    expect(error?.err).toMatchObject({ type: 'TypeError', stack: expect.stringContaining('at ') });
  });

  it('writes the cause of an error', () => {
    const [entry] = entriesOf(`
      const cause = Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
      log.warn({ err: new TypeError('fetch failed', { cause }) }, 'Reading failed');`);
    expect(entry?.err).toMatchObject({ message: 'fetch failed', cause: { code: 'ENOTFOUND' } });
  });

  it('removes keys from values and errors', () => {
    const key = 'a1b2'.repeat(16);
    const [entry] = entriesOf(
      `log.warn({ err: new Error('key ${key}'), value: '${key}' }, 'Reading failed');`,
    );
    expect(JSON.stringify(entry)).not.toContain(key);
  });
});
