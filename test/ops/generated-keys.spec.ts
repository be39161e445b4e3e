import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

/** Creates many keys, with a random number of allocations between them, so that collections happen everywhere. */
const CODE = `
  import { createSigner } from './dist/whatsapp/wire/xeddsa.js';
  for (let i = 0; i < 10_000; i += 1) {
    createSigner();
    for (let k = Math.random() * 40; k > 0; k -= 1) Buffer.from('abc').toString('base64url');
  }
  console.log('finished');`;

describe('the self-test of signatures', () => {
  it.each([17, 37, 61])(
    'does not hang when garbage is collected (every %i allocations)',
    async (interval) => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [`--gc-interval=${interval}`, '--input-type=module', '--eval', CODE],
        { timeout: 100_000 },
      );
      expect(stdout).toBe('finished\n');
    },
  );
});
