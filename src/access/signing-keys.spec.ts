import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import { TestAuthorizationServer } from '../../test/mcp/test-authorization-server.js';
import { AuthorizationServer } from './authorization-server.js';
import { SigningKeys } from './signing-keys.js';

describe('SigningKeys', () => {
  let issuer: TestAuthorizationServer;
  let keys: SigningKeys;
  let nowMs: number;

  beforeEach(async () => {
    nowMs = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
    issuer = await TestAuthorizationServer.start();
    keys = new SigningKeys(new AuthorizationServer(issuer.issuer));
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await issuer.stop();
  });

  /** Finds the key of a token, as for each request with one. */
  const findKey = async (kid = '1') => {
    const header = decodeProtectedHeader(await issuer.sign('x'));
    return (await keys.getKeySet())({ ...header, kid, alg: 'ES256' }, {} as never);
  };
  const reads = () => issuer.requests.filter((path) => path === '/keys').length;
  const passMinutes = (minutes: number) => (nowMs += minutes * 60_000);

  it('reads the keys again after 10 minutes, and uses the previous ones for an hour if this fails', async () => {
    await findKey();
    passMinutes(11);
    await findKey();
    expect(reads()).toBe(2);
    issuer.keysState = 'down';
    for (const minutes of [11, 11, 11, 11]) {
      passMinutes(minutes);
      await findKey();
    }
    expect(reads()).toBe(6);
    passMinutes(17);
    await expect(findKey()).rejects.toThrow('404');
    issuer.keysState = 'available';
    passMinutes(1);
    await findKey();
  });

  it('reads the keys once in 5 s while this fails, however many tokens are sent', async () => {
    issuer.keysState = 'down';
    for (let i = 0; i < 5; i += 1) await expect(findKey()).rejects.toThrow('404');
    expect(reads()).toBe(1);
    nowMs += 5_000;
    await expect(findKey()).rejects.toThrow('404');
    expect(reads()).toBe(2);
  });

  it('keeps the previous keys if the response contains none', async () => {
    await findKey();
    passMinutes(11);
    issuer.keysState = 'missing';
    await findKey();
    await findKey();
    expect(reads()).toBe(2);
  });

  it('reads the keys once in 30 s for tokens with unknown keys', async () => {
    await findKey();
    passMinutes(1);
    for (let i = 0; i < 5; i += 1) await expect(findKey('2')).rejects.toThrow('no applicable key');
    expect(reads()).toBe(2);
  });
});
