import { describe, expect, it } from '@jest/globals';
import { endingOf } from './disconnect-reasons.js';
import { readConnectionEnd } from './connection-end.js';

/** An error as Baileys gives it (a Boom). */
function baileysError(message: string, statusCode: number, data?: unknown): unknown {
  return Object.assign(new Error(message), { output: { statusCode }, data });
}

function actionOf(message: string, statusCode: number, data?: unknown): string {
  return endingOf(readConnectionEnd(baileysError(message, statusCode, data))).action;
}

const conflict = (type: string) => ({ tag: 'conflict', attrs: { type } });

describe('what follows on the end of a connection', () => {
  it.each([
    ['the restart after pairing', 'Stream Errored (restart required)', 515, undefined, 'restart'],
    ['a device removed on the phone', 'Stream Errored (conflict)', 401, conflict('device_removed'), 'relink'],
    ['the same without a code', 'Stream Errored (conflict)', 440, conflict('device_removed'), 'relink'],
    ['another 401 on an open stream', 'Stream Errored (unknown)', 401, undefined, 'retry'],
    ['another connection', 'Stream Errored (conflict)', 440, conflict('replaced'), 'hold'],
    ['an internal error', 'Stream Errored (unknown)', 500, undefined, 'retry'],
    ['an outage', 'Stream Errored (unknown)', 503, undefined, 'retry'],
    ['a login of an unlinked device', 'Connection Failure', 401, { reason: '401' }, 'relink'],
    ['a ban for some time', 'Connection Failure', 402, { reason: '402' }, 'stop'],
    ['a phone that is gone', 'Connection Failure', 403, { reason: '403' }, 'relink'],
    [
      'the same on an open stream, which the next login confirms',
      'Stream Errored (unknown)',
      403,
      undefined,
      'retry',
    ],
    ['an outdated client', 'Connection Failure', 405, { reason: '405' }, 'update'],
    ['a rejected user agent', 'Connection Failure', 409, { reason: '409' }, 'update'],
    ['an outdated client on an open stream', 'Stream Errored (unknown)', 405, undefined, 'update'],
    ['a rejected user agent on an open stream', 'Stream Errored (unknown)', 409, undefined, 'update'],
    ['a ban for some time on an open stream', 'Stream Errored (unknown)', 402, undefined, 'stop'],
    ['a ban on an open stream', 'Stream Errored (unknown)', 406, undefined, 'stop'],
    ['too many requests', 'Stream Errored (unknown)', 429, undefined, 'hold'],
    ['too many logins', 'Connection Failure', 429, { reason: '429' }, 'hold'],
    ['a banned account', 'Connection Failure', 406, { reason: '406' }, 'stop'],
    ['no multi-device', 'Multi-device beta not joined', 411, undefined, 'relink'],
    ['a silent connection', 'Connection was lost', 408, undefined, 'retry'],
    ['a closed line', 'Connection Terminated', 428, undefined, 'retry'],
    ['a certificate that is not of WhatsApp', 'noise certificate signature invalid', 400, undefined, 'retry'],
    ['a code that nobody knows', 'Connection Failure', 499, { reason: '499' }, 'retry'],
  ])('%s', (_what, message, code, data, action) => {
    expect(actionOf(message, code, data)).toBe(action);
  });

  it.each([401, 403, 407])('HTTP %d of a proxy says nothing about the link', (status) => {
    const error = baileysError(`WebSocket Error (Unexpected server response: ${status})`, status);
    expect(endingOf(readConnectionEnd(error))).toMatchObject({
      action: 'retry',
      reason: expect.stringContaining(`HTTP ${status}`),
    });
  });

  it.each([
    ['ENOTFOUND', /name/],
    ['ECONNREFUSED', /reached/],
    ['CERT_HAS_EXPIRED', /certificate/],
    ['EUNHEARDOF', /EUNHEARDOF/],
  ])('%s is explained', (code, reason) => {
    const error = baileysError('WebSocket Error (x)', 500, Object.assign(new Error('x'), { code }));
    expect(endingOf(readConnectionEnd(error))).toMatchObject({
      action: 'retry',
      reason: expect.stringMatching(reason),
      advice: expect.any(String),
    });
  });

  it('our own goodbye is no fault', () => {
    expect(readConnectionEnd(undefined)).toMatchObject({ by: 'client', code: 428 });
  });
});
