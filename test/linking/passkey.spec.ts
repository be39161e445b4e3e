import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PasskeyDto } from '../../src/api/sessions/passkey/passkey.dto.js';
import { Deployment } from '../support/deployment.js';
import { World } from '../support/world.js';
import { iq, stanza } from '../whatsapp-server/faults.js';
import { Passkey } from '../whatsapp-server/linking/passkey.js';
import {
  assertionOf,
  beginPasskey,
  isOpen,
  requestCode,
  requirePasskey,
  startUnlinked,
  submitAssertion,
} from './link-world.js';

const ORIGIN = 'https://web.whatsapp.com';
const FOREIGN = 'https://evil.example';

interface Refusal {
  message: string;
}

/** The case that takes a minute runs in parallel with the other tests. */
let silent: { world: World; unanswered: Promise<string | null> };
let world: World;

beforeAll(async () => {
  world = await World.create({ TRUSTED_PROXIES: 'loopback', ALLOWED_HOSTS: 'wa.example.com' });
  const other = await World.create();
  await Promise.all([world.startService(), other.startService()]);
  const passkey = requirePasskey(other);
  other.server.faults.sent.arm('lose', { when: stanza('notification', 'crsc_continuation') });
  const { ceremony } = await beginPasskey(other, 'qr');
  await submitAssertion(other, passkey, ceremony);
  const unanswered = other.service
    .sessionThat(({ reason }) => /phone did not respond/.test(reason ?? ''), 90_000)
    .then(({ reason }) => reason);
  unanswered.catch(() => {});
  silent = { world: other, unanswered };
});

afterAll(async () => {
  await Promise.all([world.stop(), silent.world.stop()]);
  expect(world.server.errors).toEqual([]);
});

describe('linking with a passkey', () => {
  beforeEach(() => startUnlinked(world));
  afterEach(() => world.server.faults.disarm());

  it.each(['qr', 'code'] as const)('links after the passkey was confirmed, started by %s', async (way) => {
    const passkey = requirePasskey(world);
    const { linked, ceremony } = await beginPasskey(world, way);
    expect(await world.service.session()).toMatchObject({
      status: 'linking',
      qr: null,
      pairing_code: null,
      passkey: { step: 'assertion', code: null, expires_at: ceremony.expires_at },
      advice: expect.stringMatching(/\/session\/passkey/),
    });
    await submitAssertion(world, passkey, ceremony);
    await linked;
    await isOpen(world);
    expect((await world.service.session()).passkey).toBeNull();
  });

  it.each(['passkey_prologue', 'encrypted_pairing_request'])(
    'links when the phone is faster than the response to <%s>',
    async (tag) => {
      const passkey = requirePasskey(world);
      const { linked, ceremony } = await beginPasskey(world, 'qr', 4_000);
      world.server.faults.received.arm({ delayMs: 5_000 }, { when: iq('md', tag) });
      const submitted = submitAssertion(world, passkey, ceremony);
      await linked;
      await submitted;
      await isOpen(world);
    },
  );

  it('fetches the options if the notification does not contain them', async () => {
    const passkey = requirePasskey(world, { withOptions: false });
    const { linked, ceremony } = await beginPasskey(world, 'qr');
    await submitAssertion(world, passkey, ceremony);
    await linked;
  });

  it('reports what is wrong with an assertion, and then accepts a correct one', async () => {
    const passkey = requirePasskey(world);
    const { linked, ceremony } = await beginPasskey(world, 'qr');
    const right = assertionOf(passkey, ceremony);
    const wrong: [unknown, RegExp][] = [
      [undefined, /Missing assertion/],
      ['{', /not JSON/],
      [{ ...right, type: 'password' }, /must be "public-key"/],
      [{ ...right, response: { ...right.response, signature: 'ä' } }, /signature must be base64url/],
      [assertionOf(passkey, ceremony, FOREIGN), /made on "https:\/\/evil.example" instead of https/],
      [passkey.assert(passkey.requestOptions()), /another challenge/],
      [assertionOf(new Passkey(), ceremony), /passkey of another account/],
      [
        { ...right, response: { ...right.response, clientDataJSON: 'bnVsbA' } },
        /clientDataJSON must be an object/,
      ],
    ];
    for (const [assertion, message] of wrong) {
      const answer = await world.service.post<Refusal>('/session/passkey', {
        token: ceremony.token,
        assertion,
      });
      expect(answer).toMatchObject({ status: 400, body: { message: expect.stringMatching(message) } });
    }
    const forged = {
      ...right,
      response: { ...right.response, signature: Buffer.from('forged').toString('base64url') },
    };
    const refused = await world.service.post<Refusal>('/session/passkey', {
      token: ceremony.token,
      assertion: forged,
    });
    expect(refused).toMatchObject({ status: 409, body: { message: expect.stringMatching(/401/) } });
    const asText = await world.service.post('/session/passkey', {
      token: ceremony.token,
      assertion: JSON.stringify(right),
    });
    expect(asText).toMatchObject({ status: 202 });
    await linked;
  });

  it('accepts a token once, and rejects tokens of other ceremonies', async () => {
    const passkey = requirePasskey(world);
    const { linked, ceremony } = await beginPasskey(world, 'qr');
    const assertion = assertionOf(passkey, ceremony);
    const other = await world.service.post<Refusal>('/session/passkey', { token: 'other', assertion });
    expect(other).toMatchObject({ status: 409, body: { message: expect.stringMatching(/has ended/) } });
    const early = await world.service.post('/session/passkey/confirm', { token: ceremony.token });
    expect(early.status).toBe(409);
    world.server.faults.sent.arm('lose', { when: stanza('notification', 'crsc_continuation') });
    expect((await world.service.post('/session/passkey', { token: ceremony.token, assertion })).status).toBe(
      202,
    );
    expect(await world.service.session()).toMatchObject({
      passkey: { step: 'waiting', code: null },
      reason_code: 'passkey_waiting',
      reason: expect.stringMatching(/Waiting for the phone/),
    });
    const again = await world.service.post<Refusal>('/session/passkey', { token: ceremony.token, assertion });
    expect(again).toMatchObject({ status: 409, body: { message: expect.stringMatching(/"waiting"/) } });
    linked.catch(() => {});
  });

  it('answers 404 if no passkey is requested', async () => {
    for (const answer of [
      await world.service.get<Refusal>('/session/passkey'),
      await world.service.post<Refusal>('/session/passkey', { token: 'x', assertion: {} }),
      await world.service.post<Refusal>('/session/passkey/confirm', { token: 'x' }),
      await world.service.request<Refusal>('/session/passkey', { method: 'DELETE' }),
    ]) {
      expect(answer).toMatchObject({
        status: 404,
        body: { message: expect.stringMatching(/No passkey request is active/) },
      });
    }
  });

  it('returns a link for the extension, and a snippet for the developer tools', async () => {
    requirePasskey(world);
    const { ceremony } = await beginPasskey(world, 'qr');
    expect(ceremony.options).toMatchObject({ rpId: 'whatsapp.com', userVerification: 'required' });
    const address = `http://127.0.0.1:${world.service.port}/session/passkey#${ceremony.token}`;
    expect(ceremony.link).toBe(`${ORIGIN}/#whatsapp-contacts=${encodeURIComponent(address)}`);
    const forwarded = await world.service.request<PasskeyDto>('/session/passkey', {
      headers: {
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'wa.example.com',
        'x-forwarded-prefix': '/wa',
      },
    });
    expect(decodeURIComponent(forwarded.body.link)).toContain(
      `=https://wa.example.com/wa/session/passkey#${ceremony.token}`,
    );
    const line = await world.service.request('/session/passkey', { headers: { accept: 'text/plain' } });
    expect(line.text).toContain(JSON.stringify(ceremony.options));
    expect(line.text.trim().split('\n')).toHaveLength(1);
  });

  it('accepts only requests of web.whatsapp.com with the token', async () => {
    requirePasskey(world);
    const { ceremony } = await beginPasskey(world, 'qr');
    const ask = (origin: string, token?: string) =>
      world.service.request<PasskeyDto>('/session/passkey', {
        headers: { origin, ...(token && { authorization: `Bearer ${token}` }) },
      });
    expect((await ask(ORIGIN)).status).toBe(403);
    expect((await ask(ORIGIN, 'wrong')).status).toBe(403);
    const allowed = await ask(ORIGIN, ceremony.token);
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, ORIGIN]);
    const foreign = await ask(FOREIGN, ceremony.token);
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    const session = await world.service.request('/session', { headers: { origin: ORIGIN } });
    expect(session.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('ends on request, and shows a new QR code', async () => {
    requirePasskey(world);
    await beginPasskey(world, 'qr');
    const answer = await world.service.request('/session/passkey', { method: 'DELETE' });
    expect(answer).toMatchObject({ status: 200, body: { cancelled: true } });
    const { reason, reason_code: code } = await world.service.sessionThat(({ qr }) => qr !== null);
    expect(reason).toMatch(/canceled on request.*scan the QR code/);
    expect(code).toBe('link_passkey_cancelled');
  });

  it('ends when a pairing code is requested', async () => {
    requirePasskey(world);
    await beginPasskey(world, 'qr');
    world.phone.passkey = undefined;
    const { status, body } = await requestCode(world);
    expect(status).toBe(200);
    await world.phone.enterPairingCode(body.code);
  });

  it('starts again when the passkey is not confirmed in time', async () => {
    requirePasskey(world, { timeoutMs: 1_000 });
    await beginPasskey(world, 'qr');
    await world.service.sessionThat(({ reason }) => /not confirmed in time/.test(reason ?? ''));
    await world.service.qr();
  });

  it.each([
    ['the ref', () => world.server.faults.received.arm({ cut: 'on-arrival' }, { when: iq('md', 'ref') })],
    [
      'the assertion',
      () => world.server.faults.received.arm({ cut: 'on-arrival' }, { when: iq('md', 'passkey_prologue') }),
    ],
    [
      'the nonce',
      () => world.server.faults.received.arm({ cut: 'on-arrival' }, { when: iq('md', 'companion_nonce') }),
    ],
    [
      'the pairing request',
      () =>
        world.server.faults.received.arm(
          { cut: 'on-arrival' },
          { when: iq('md', 'encrypted_pairing_request') },
        ),
    ],
  ])('reports that the connection was lost at %s, and links at the next attempt', async (_step, arm) => {
    const passkey = requirePasskey(world);
    arm();
    const first = await beginPasskey(world, 'qr');
    await world.service.post('/session/passkey', {
      token: first.ceremony.token,
      assertion: assertionOf(passkey, first.ceremony),
    });
    await world.service.sessionThat(({ reason }) => /lost during the passkey/.test(reason ?? ''));
    const { linked, ceremony } = await beginPasskey(world, 'qr');
    await submitAssertion(world, passkey, ceremony);
    await linked;
  });

  it('ends when the device and the phone do not agree on the nonce', async () => {
    const passkey = requirePasskey(world);
    const { ceremony } = await beginPasskey(world, 'qr');
    world.server.faults.received.arm(
      { error: { code: 400, text: 'bad-request' } },
      { when: iq('md', 'companion_nonce') },
    );
    await world.service.post('/session/passkey', {
      token: ceremony.token,
      assertion: assertionOf(passkey, ceremony),
    });
    const { reason } = await world.service.sessionThat((session) =>
      /ceremony failed/.test(session.reason ?? ''),
    );
    expect(reason).toMatch(/400/);
  });
});

describe('a passkey ceremony and several processes', () => {
  it('ends with the process that began it; another one links', async () => {
    const fleet = await Deployment.create();
    try {
      const api = await fleet.start('api');
      const first = await fleet.start('session');
      const passkey = new Passkey();
      fleet.phone.passkey = { passkey };
      fleet.phone.scan(() => api.qr()).catch(() => {});
      await api.sessionThat((session) => session.passkey?.step === 'assertion');
      const { token } = (await api.get<PasskeyDto>('/session/passkey')).body;
      await fleet.start('session');
      await first.stop();
      fleet.phone.passkey = undefined;
      await api.qr();
      const late = await api.post('/session/passkey', { token, assertion: {} });
      expect(late.status).toBe(404);
      await fleet.phone.scan(() => api.qr());
      await api.sessionThat(({ status }) => status === 'open');
    } finally {
      await fleet.remove();
    }
  });
});

describe('a phone that does not answer', () => {
  it('is abandoned after a minute, and a new QR code is shown', async () => {
    expect(await silent.unanswered).toMatch(/WhatsApp accepted the passkey, but the phone did not respond/);
    await silent.world.service.qr();
  });
});
