import type { Network } from '../network.js';
import type { WaitingDevice } from './waiting-device.js';

/** Content of a QR code: `<ref>,<noise key>,<identity key>,<adv secret>[,<platform>]`. */
export interface QrContent {
  readonly ref: string;
  readonly noiseKey: Buffer;
  readonly identityKey: Buffer;
  readonly advSecret: Buffer;
}

/** No waiting device shows this QR code. */
export class NoDevice extends Error {}

/**
 * Parses the text of a QR code, with or without a URL before it.
 * @throws Error if it is not a QR code for linking
 */
export function readQr(qr: string): QrContent {
  const [ref, noiseKey, identityKey, advSecret] = qr.slice(qr.indexOf('#') + 1).split(',');
  if (!ref || !noiseKey || !identityKey || !advSecret) {
    throw new Error('not a QR code for linking: expected "<ref>,<noise key>,<identity key>,<adv secret>"');
  }
  const decode = (text: string): Buffer => Buffer.from(text, 'base64');
  return { ref, noiseKey: decode(noiseKey), identityKey: decode(identityKey), advSecret: decode(advSecret) };
}

/**
 * Returns the device that shows this QR code.
 * @throws NoDevice if no device shows it
 * @throws Error if the code contains a different identity key than the device registered
 */
export function findByQr(network: Network, qr: QrContent): WaitingDevice {
  for (const { isOpen, waiting } of network.openConnections) {
    if (!isOpen || !waiting?.refs.includes(qr.ref)) continue;
    if (waiting.registration.identityKey.equals(qr.identityKey)) return waiting;
    throw new Error('this QR code contains a different identity key than the device registered');
  }
  throw new NoDevice('no open connection shows this QR code: it has expired, or another server issued it');
}
