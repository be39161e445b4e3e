import { getCompanionPlatformId, proto, type WABrowserDescription } from '@whiskeysockets/baileys';
import type { ClientVersion } from '../../sessions/client-version.js';

/** Sent to WhatsApp in addition to browser and system. Any current version. */
const SYSTEM_VERSION = '14.4.1';

/**
 * Identity that this client reports to WhatsApp: browser and operating system, as listed on the phone under "Linked
 * devices", and the version of WhatsApp Web.
 *
 * WhatsApp accepts pairing codes only from clients with the name of a common browser, for example `Chrome (Mac OS)`,
 * and returns error 400 to others (whatsmeow pair-code.go; https://github.com/rmyndharis/OpenWA/issues/1666). It is
 * unknown whether it accepts names other than those that Config allows.
 */
export class ClientIdentity {
  /** In the order of Baileys: operating system, browser, version. */
  readonly browser: WABrowserDescription;

  /** @param displayName `<browser> (<operating system>)`, see DEVICE_NAME in Config */
  constructor(
    readonly displayName: string,
    readonly version: ClientVersion,
  ) {
    const [, browser = '', system = ''] = /^(.+) \((.+)\)$/.exec(displayName) ?? [];
    this.browser = [system, browser, SYSTEM_VERSION];
  }

  /** The number of the browser in QR codes and in requests for pairing codes. */
  get platformId(): string {
    return getCompanionPlatformId(this.browser);
  }

  /** The browser as `DeviceProps.platformType`; the passkey ceremony must use the same value. */
  get deviceType(): proto.DeviceProps.PlatformType {
    const { PlatformType } = proto.DeviceProps;
    return PlatformType[this.browser[1].toUpperCase() as keyof typeof PlatformType] ?? PlatformType.CHROME;
  }
}
