import { type World } from '../support/world.js';
import type { Answer } from '../support/service.js';
import type { PasskeyDto } from '../../src/api/sessions/passkey/passkey.dto.js';
import type { PairingCodeDto } from '../../src/api/sessions/link.dto.js';
import { Passkey, type PasskeyRequestOptions } from '../whatsapp-server/linking/passkey.js';

const JSON_BODY = { 'content-type': 'application/json' };

/** Sends a JSON body. */
export function post<Body>(world: World, path: string, body: unknown): Promise<Answer<Body>> {
  const init = { method: 'POST', headers: JSON_BODY, body: JSON.stringify(body) };
  return world.service.request<Body>(path, init);
}

/** Asks for a pairing code; by default for the number of the world's phone. */
export function requestCode(world: World, phone: string = world.phone.number) {
  return post<PairingCodeDto & { message: string }>(world, '/session/pairing-code', { phone });
}

/** Begins a link with a passkey, by QR code or pairing code; resolves when the service asks for the passkey. */
export async function beginPasskey(
  world: World,
  way: 'qr' | 'code',
  timeoutMs?: number,
): Promise<{ linked: Promise<unknown>; ceremony: PasskeyDto }> {
  const { phone, service } = world;
  await service.qr();
  const linked =
    way === 'qr'
      ? phone.scan(() => service.qr(), { timeoutMs })
      : phone.enterPairingCode((await requestCode(world)).body.code, { timeoutMs });
  // Some of the tests let it fail.
  linked.catch(() => {});
  await service.sessionThat(({ passkey }) => passkey?.step === 'assertion');
  const { body } = await service.get<PasskeyDto>('/session/passkey');
  return { linked, ceremony: body };
}

/** Makes the phone's next links need a passkey. */
export function requirePasskey(
  world: World,
  demand: { withOptions?: boolean; timeoutMs?: number } = {},
): Passkey {
  const passkey = new Passkey(demand.timeoutMs);
  world.phone.passkey = { passkey, withOptions: demand.withOptions };
  return passkey;
}

/** What a browser on web.whatsapp.com would send. */
export function assertionOf(passkey: Passkey, ceremony: PasskeyDto, origin?: string) {
  return passkey.assert(ceremony.options as unknown as PasskeyRequestOptions, origin ? { origin } : {});
}

/** Confirms with the passkey. @throws what the service says against it */
export async function submitAssertion(world: World, passkey: Passkey, ceremony: PasskeyDto): Promise<void> {
  const body = { token: ceremony.token, assertion: assertionOf(passkey, ceremony) };
  const { status, text } = await post(world, '/session/passkey', body);
  if (status !== 202) throw new Error(text);
}

/** Takes back any link, so that a device waits to be linked. */
export async function startUnlinked({ phone, service }: World): Promise<void> {
  phone.passkey = undefined;
  phone.unlink();
  if ((await service.session()).passkey) await service.request('/session/passkey', { method: 'DELETE' });
  await service.sessionThat(({ status, qr }) => status === 'linking' && qr !== null);
}

/** Waits until the link holds. */
export async function isOpen({ service }: World): Promise<void> {
  await service.sessionThat(({ status }) => status === 'open');
}
