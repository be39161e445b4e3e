import { describe, expect, it } from '@jest/globals';
import { ProxyError } from '../../kernel/network/proxy-error.js';
import { ProxyUrl } from '../../kernel/network/proxy-url.js';
import { readConnectionEnd, UpgradeRefused } from './connection-end.js';
import { disconnectReasonOf } from './disconnect-reasons.js';

/** Returns an error in the form of Baileys (a Boom). */
function baileysError(message: string, statusCode: number, data?: unknown): unknown {
  return Object.assign(new Error(message), { output: { statusCode }, data });
}

function actionOf(message: string, statusCode: number, data?: unknown): string {
  return disconnectReasonOf(readConnectionEnd(baileysError(message, statusCode, data))).action;
}

const conflict = (type: string) => ({ tag: 'conflict', attrs: { type } });

describe('disconnectReasonOf', () => {
  it.each([
    ['the restart after pairing', 'Stream Errored (restart required)', 515, undefined, 'restart'],
    ['a device removed on the phone', 'Stream Errored (conflict)', 401, conflict('device_removed'), 'relink'],
    [
      'a device removed on the phone, without a code',
      'Stream Errored (conflict)',
      440,
      conflict('device_removed'),
      'relink',
    ],
    ['another 401 on an open stream', 'Stream Errored (unknown)', 401, undefined, 'retry'],
    ['another connection', 'Stream Errored (conflict)', 440, conflict('replaced'), 'hold'],
    ['an internal error', 'Stream Errored (unknown)', 500, undefined, 'retry'],
    ['an outage', 'Stream Errored (unknown)', 503, undefined, 'retry'],
    ['a login of an unlinked device', 'Connection Failure', 401, { reason: '401' }, 'relink'],
    ['a temporary ban', 'Connection Failure', 402, { reason: '402' }, 'stop'],
    ['a replaced phone', 'Connection Failure', 403, { reason: '403' }, 'relink'],
    ['a replaced phone on an open stream', 'Stream Errored (unknown)', 403, undefined, 'retry'],
    ['an outdated client', 'Connection Failure', 405, { reason: '405' }, 'update'],
    ['a rejected user agent', 'Connection Failure', 409, { reason: '409' }, 'update'],
    ['an outdated client on an open stream', 'Stream Errored (unknown)', 405, undefined, 'update'],
    ['a rejected user agent on an open stream', 'Stream Errored (unknown)', 409, undefined, 'update'],
    ['a temporary ban on an open stream', 'Stream Errored (unknown)', 402, undefined, 'stop'],
    ['a ban on an open stream', 'Stream Errored (unknown)', 406, undefined, 'stop'],
    ['too many requests', 'Stream Errored (unknown)', 429, undefined, 'hold'],
    ['too many logins', 'Connection Failure', 429, { reason: '429' }, 'hold'],
    ['a banned account', 'Connection Failure', 406, { reason: '406' }, 'stop'],
    ['no multi-device', 'Multi-device beta not joined', 411, undefined, 'relink'],
    ['a silent connection', 'Connection was lost', 408, undefined, 'retry'],
    ['a closed connection', 'Connection Terminated', 428, undefined, 'retry'],
    ['a certificate of another server', 'noise certificate signature invalid', 400, undefined, 'retry'],
    ['an unknown code', 'Connection Failure', 499, { reason: '499' }, 'retry'],
  ])('returns the action for %s', (_, message, code, data, action) => {
    expect(actionOf(message, code, data)).toBe(action);
  });

  it.each([401, 403, 407])('keeps the link after HTTP %d from a proxy', (status) => {
    expect(disconnectReasonOf(readConnectionEnd(new UpgradeRefused(status)))).toMatchObject({
      action: 'retry',
      reason: expect.stringContaining(`HTTP ${status}`),
    });
  });

  it.each([
    ['ENOTFOUND', /name/],
    ['ECONNREFUSED', /reached/],
    ['CERT_HAS_EXPIRED', /certificate/],
    ['EUNHEARDOF', /EUNHEARDOF/],
  ])('explains %s', (code, reason) => {
    const error = baileysError('WebSocket Error (x)', 500, Object.assign(new Error('x'), { code }));
    expect(disconnectReasonOf(readConnectionEnd(error))).toMatchObject({
      action: 'retry',
      reason: expect.stringMatching(reason),
      advice: expect.any(String),
    });
  });
});

describe('a proxy that fails', () => {
  const proxy = ProxyUrl.parse('socks5://user:s3cret@proxy.example.com') as ProxyUrl;

  it.each([
    ['unreachable', 'proxy_unreachable', /address and port/],
    ['unauthorized', 'proxy_unauthorized', /user name and password/],
    ['refused', 'proxy_refused', /Allow this destination/],
  ] as const)('is reported by its address, with advice: %s', (failure, code, advice) => {
    const data = new ProxyError(failure, proxy, 'has a problem');
    const reason = disconnectReasonOf(
      readConnectionEnd(baileysError(`WebSocket Error (${data.message})`, 500, data)),
    );
    expect(reason).toEqual({
      action: 'retry',
      code,
      reason: 'The proxy socks5://proxy.example.com:1080 has a problem.',
      advice: expect.stringMatching(advice),
    });
  });
});

describe('readConnectionEnd', () => {
  it('handles a connection that this service has closed', () => {
    expect(readConnectionEnd(undefined)).toMatchObject({ by: 'client', code: 428 });
  });
});
