import { describe, expect, it } from '@jest/globals';
import { isWebhookHeaders } from './webhook-headers.js';

describe('isWebhookHeaders', () => {
  it.each([
    [{}],
    [{ Authorization: 'Bearer abc' }],
    [{ 'X-Api-Key': 'a b', 'User-Agent': 'crm' }],
    [Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x-${i}`, '1']))],
  ])('accepts %j', (headers) => {
    expect(isWebhookHeaders(headers)).toBe(true);
  });

  it.each([
    ['text'],
    [['Authorization']],
    [{ Host: 'a' }],
    [{ 'content-length': '1' }],
    [{ 'Transfer-Encoding': 'chunked' }],
    [{ Connection: 'close' }],
    [{ 'Proxy-Authorization': 'Basic abc' }],
    [{ 'Webhook-Signature': 'v1,abc' }],
    [{ 'a b': '1' }],
    [{ '': '1' }],
    [{ 'X-A': 'a\r\nHost: b' }],
    [{ 'X-A': ' a' }],
    [{ 'X-A': 7 }],
    [{ 'X-A': '1', 'x-a': '2' }],
    [{ 'X-A': 'a'.repeat(8_000) }],
    [Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`x-${i}`, '1']))],
  ])('rejects %j', (headers) => {
    expect(isWebhookHeaders(headers)).toBe(false);
  });
});
