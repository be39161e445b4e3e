import type { PasskeyDto } from '../../src/api/sessions/passkey/passkey.dto.js';
import { type World } from '../support/world.js';
import { Passkey, type PasskeyRequestOptions } from '../whatsapp-server/linking/passkey.js';

/** Requests a pairing code, by default for the number of the world's phone. */
export function requestCode(world: World, phone: string = world.phone.number) {
  return world.service.pairingCode(phone);
}

/** Starts a link with a passkey, by QR code or pairing code, and waits until the service requests the passkey. */
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

/** Returns the assertion that a browser on web.whatsapp.com would send. */
export function assertionOf(passkey: Passkey, ceremony: PasskeyDto, origin?: string) {
  return passkey.assert(ceremony.options as unknown as PasskeyRequestOptions, origin ? { origin } : {});
}

/** Confirms the link with the passkey. @throws with the response if the service rejects the assertion */
export async function submitAssertion(world: World, passkey: Passkey, ceremony: PasskeyDto): Promise<void> {
  const body = { token: ceremony.token, assertion: assertionOf(passkey, ceremony) };
  const { status, text } = await world.service.post('/session/passkey', body);
  if (status !== 202) throw new Error(text);
}

/** Removes any link, and waits for the next QR code. */
export async function startUnlinked({ phone, service }: World): Promise<void> {
  phone.passkey = undefined;
  phone.unlink();
  if ((await service.session()).passkey) await service.delete('/session/passkey');
  await service.sessionThat(({ status, qr }) => status === 'linking' && qr !== null);
}

/** Waits until the session is open. */
export async function isOpen({ service }: World): Promise<void> {
  await service.sessionThat(({ status }) => status === 'open');
}
