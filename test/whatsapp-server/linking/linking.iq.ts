import type { BinaryNode } from '@whiskeysockets/baileys';
import type { IqContext } from '../iq/iq-handler.js';
import { child, element, StanzaError } from '../stanza.js';

/** `md` from a device that is not linked: pairing codes, additional refs, the passkey ceremony. */
export function answerWaitingDevice(iq: BinaryNode, { connection, network, pairing }: IqContext) {
  const device = connection.waiting;
  if (!device || iq.attrs.xmlns !== 'md') return undefined;
  const registration = child(iq, 'link_code_companion_reg');
  if (registration) return pairing.handle(device, registration);
  if (device.passkey) return device.passkey.handle(iq);
  if (child(iq)?.tag !== 'ref') return undefined;
  if (!network.linking.moreRefs) throw new StanzaError(404, 'item-not-found');
  return [element('ref', {}, Buffer.from(device.addRef()))];
}
