import type { Network } from '../network.js';
import type { WaitingDevice } from './waiting-device.js';

/** What a QR code says: `<ref>,<noise key>,<identity key>,<adv secret>[,<platform>]`. */
export interface QrContent {
  readonly ref: string;
  readonly noiseKey: Buffer;
  readonly identityKey: Buffer;
  readonly advSecret: Buffer;
}

/** The QR code is of no device that waits here. */
export class NoDevice extends Error {}

/**
 * Reads a QR code's text, with or without the link before it.
 * @throws Error when it is no such code
 */
export function readQr(qr: string): QrContent {
  const [ref, noiseKey, identityKey, advSecret] = qr.slice(qr.indexOf('#') + 1).split(',');
  if (!ref || !noiseKey || !identityKey || !advSecret) {
    throw new Error(
      'this is no QR code for linking: expected "<ref>,<noise key>,<identity key>,<adv secret>"',
    );
  }
  const decode = (text: string): Buffer => Buffer.from(text, 'base64');
  return { ref, noiseKey: decode(noiseKey), identityKey: decode(identityKey), advSecret: decode(advSecret) };
}

/**
 * The device that shows this QR code.
 * @throws NoDevice when none does
 * @throws Error when the code names another identity key than the device registered with
 */
export function findByQr(network: Network, qr: QrContent): WaitingDevice {
  for (const { isOpen, waiting } of network.openConnections) {
    if (!isOpen || !waiting?.refs.includes(qr.ref)) continue;
    if (waiting.registration.identityKey.equals(qr.identityKey)) return waiting;
    throw new Error('this QR code names another identity key than the device registered with');
  }
  throw new NoDevice('no open connection shows this QR code: it has expired, or another server issued it');
}
