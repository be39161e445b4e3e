import { describe, expect, it } from '@jest/globals';
import { InputRefused } from './input-refused.js';
import { mediaUrl, requireMediaHost } from './media-hosts.js';

describe('media URLs', () => {
  it('combines a path with the media host', () => {
    expect(mediaUrl('/v/t62.7118-24/1?ccb=11-4&oh=a').href).toBe(
      'https://mmg.whatsapp.net/v/t62.7118-24/1?ccb=11-4&oh=a',
    );
  });

  it.each([
    '',
    'v/1',
    '.evil.example/x',
    '@evil.example/x',
    ':8443/x',
    '//evil.example/x',
    '/\\evil.example/x',
    'https://mmg.whatsapp.net/x',
  ])('rejects the path %j', (path) => {
    expect(() => mediaUrl(path)).toThrow(InputRefused);
  });

  it.each(['https://pps.whatsapp.net/v/1?oe=1', 'https://media-fra3-1.cdn.whatsapp.net/v/1'])(
    'accepts %s',
    (url) => {
      expect(requireMediaHost(url).href).toBe(url);
    },
  );

  it.each([
    'http://pps.whatsapp.net/1',
    'https://pps.whatsapp.net.evil.example/1',
    'https://evilwhatsapp.net/1',
    'https://whatsapp.net.evil.example/1',
    'https://user@pps.whatsapp.net/1',
    'https://pps.whatsapp.net:8443/1',
    'https://127.0.0.1/1',
    'file:///etc/passwd',
    'nonsense',
  ])('rejects %s', (url) => {
    expect(() => requireMediaHost(url)).toThrow(InputRefused);
  });
});
