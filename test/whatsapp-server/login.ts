import type { proto } from '@whiskeysockets/baileys';
import type { Companion, Registration } from './companion.js';
import type { Connection } from './connection.js';
import { phoneNumber } from './jid.js';
import { WaitingDevice } from './linking/waiting-device.js';
import type { Network } from './network.js';
import type { ClientFinish } from './noise-responder.js';
import { isSignedPreKey } from './signatures.js';
import { element, nowSeconds, SERVER_OFFLINE } from './stanza.js';
import { revisionOf } from './web-site.js';

/** Routing info that the client sends before its next handshake. The content is arbitrary. */
const ROUTING_INFO = Buffer.from([0x08, 0x02, 0x08, 0x05]);

/**
 * Sends refs for QR codes to a new device, or logs in a linked one.
 * @throws Error if the signed pre-key of a new device has an invalid signature
 */
export function admit(network: Network, connection: Connection, client: ClientFinish): void {
  connection.revision = revisionOf(client.payload);
  if (network.webSite.isOutdated(client.payload)) return refuseOutdated(network, connection);
  const pairing = client.payload.devicePairingData;
  if (pairing) {
    const registration = readRegistration(pairing, client.noiseKey);
    if (!isSignedPreKey(registration.identityKey, registration.signedPreKey)) {
      throw new Error('the device registered a signed pre-key with an invalid signature');
    }
    connection.waiting = new WaitingDevice(connection, registration, network.linking);
    return connection.waiting.announceRefs();
  }
  logIn(network, connection, client);
}

function refuseOutdated({ webSite }: Network, connection: Connection): void {
  const { as, code } = webSite.refusal;
  if (as === 'failure') connection.endWithFailure(code);
  else connection.endWithStreamError(code);
}

function readRegistration(
  pairing: proto.ClientPayload.IDevicePairingRegistrationData,
  noiseKey: Buffer,
): Registration {
  const bytes = (value: Uint8Array | null | undefined): Buffer => Buffer.from(value ?? []);
  const keyId = bytes(pairing.eSkeyId);
  return {
    registrationId: bytes(pairing.eRegid).readUInt32BE(),
    identityKey: bytes(pairing.eIdent),
    noiseKey,
    signedPreKey: {
      id: keyId.readUIntBE(0, keyId.length),
      publicKey: bytes(pairing.eSkeyVal),
      signature: bytes(pairing.eSkeySig),
    },
  };
}

function logIn(network: Network, connection: Connection, { payload, noiseKey }: ClientFinish): void {
  const number = phoneNumber(String(payload.username ?? ''));
  const device = payload.device ?? 0;
  const companion = network.phones.get(number)?.companions.find((each) => each.device === device);
  const known = companion?.registration.noiseKey.equals(noiseKey) === true;
  if (!companion || companion.unlinked || !known) return connection.endWithFailure(401);
  const effect = network.faults.logins.strike({ number, device });
  if (effect && 'failure' in effect) return connection.endWithFailure(effect.failure);
  replaceLiveConnection(network, companion);
  companion.connection = connection;
  companion.logins += 1;
  companion.outbox.acknowledgeWithinMs = network.settings.acknowledgeWithinMs;
  connection.companion = companion;
  connection.send(
    element('success', {
      t: nowSeconds(),
      lid: companion.lidJid,
      location: 'odn',
      abprops: '1',
      status: 'active',
    }),
  );
  const routing = element('routing_info', {}, ROUTING_INFO);
  connection.send(element('ib', SERVER_OFFLINE, [element('edge_routing', {}, [routing])]));
  if (effect) return connection.endWithStreamError(effect.streamError);
  connection.announceExpiration(network.webSite.expiration);
  // Clients that do not request a passive login accept stanzas immediately.
  if (!payload.passive) companion.activate(connection);
}

function replaceLiveConnection(network: Network, companion: Companion): void {
  const previous = companion.connection;
  if (!previous) return;
  // A reconnect after a silent connection is not a conflict.
  if (!previous.isSilent) network.countConflict();
  companion.disconnected(previous);
  previous.endWithStreamError(440);
}
