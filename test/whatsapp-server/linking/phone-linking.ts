import type { Companion } from '../companion.js';
import type { Network } from '../network.js';
import type { Phone } from '../phone.js';
import { link } from './device-link.js';
import { exchangePairingCode, type PairingRequests, requestOtherCode } from './pairing-code.js';
import { PasskeyCeremony } from './passkey-ceremony.js';
import { findByQr, NoDevice, readQr } from './qr.js';
import { LinkRefused, type WaitingDevice } from './waiting-device.js';

/** Returns the text of the QR code that a screen shows. */
export type Screen = () => Promise<string>;

/** Maximum number of times to read the screen. */
const MAX_READS = 300;
/** How long a code must be visible to be scanned. */
const AIM_MS = 100;

/** Links devices on the phone by QR code or pairing code, with the passkey ceremony if the account requires it. */
export class PhoneLinking {
  constructor(
    private readonly network: Network,
    private readonly phone: Phone,
    private readonly pairing: PairingRequests,
  ) {}

  scan(qr: string | Screen, signal?: AbortSignal): Promise<Companion> {
    return typeof qr === 'string' ? this.scanOnce(qr) : this.scanScreen(qr, signal);
  }

  async enterPairingCode(code: string): Promise<Companion> {
    const request = await this.pairing.requestFor(this.phone.number);
    this.refuseOutdated(request.device);
    const normalized = code.replace(/[\s-]/g, '').toUpperCase();
    const advSecret = await exchangePairingCode(this.phone, request, normalized);
    // The device must acknowledge this, but not renew the secret that it shares with the phone.
    request.device.refreshDue('afterCode');
    return this.confirm(request.device, advSecret);
  }

  async renewPairingCode(byHand: boolean): Promise<void> {
    requestOtherCode(await this.pairing.requestFor(this.phone.number), { byHand });
  }

  private async scanOnce(qr: string): Promise<Companion> {
    const content = readQr(qr);
    const device = findByQr(this.network, content);
    this.refuseOutdated(device);
    if (device.refreshDue('atScan')) {
      throw new LinkRefused(
        'could not link the device: WhatsApp has retired this QR code, scan the next one',
      );
    }
    device.assertFresh();
    return this.confirm(device, content.advSecret);
  }

  private async scanScreen(screen: Screen, signal?: AbortSignal): Promise<Companion> {
    let refused: Error | undefined;
    let last: string | undefined;
    for (let reads = 0; reads < MAX_READS; reads += 1) {
      signal?.throwIfAborted();
      const shown = await screen();
      await pause(AIM_MS);
      if (shown === last || shown !== (await screen())) continue;
      last = shown;
      try {
        return await this.scanOnce(shown);
      } catch (error) {
        if (!(error instanceof LinkRefused || error instanceof NoDevice)) throw error;
        refused = error;
      }
    }
    throw refused ?? new Error('the screen shows no QR code');
  }

  /** Rejects devices with an outdated client. They are not notified (Baileys #2679). */
  private refuseOutdated({ connection }: WaitingDevice): void {
    if (this.network.webSite.isLinkable(connection.revision)) return;
    throw new LinkRefused(
      `could not link the device: revision ${connection.revision} of its client is outdated`,
    );
  }

  /** Links the device, after the passkey ceremony if the account requires it. */
  private async confirm(device: WaitingDevice, advSecret: Buffer): Promise<Companion> {
    const forged = this.network.impostor.forges.has('account');
    if (!this.phone.passkey) return link(this.phone, device, { advSecret, forged });
    device.passkey = new PasskeyCeremony(device, this.phone.passkey, advSecret);
    return link(this.phone, device, { advSecret: await device.passkey.run(), forged });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
