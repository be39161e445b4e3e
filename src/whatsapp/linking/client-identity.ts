import { getCompanionPlatformId, proto, type WABrowserDescription } from '@whiskeysockets/baileys';
import type { ClientVersion } from '../../sessions/client-version.js';

/** Told to WhatsApp beside browser and system; a current one of none in particular. */
const SYSTEM_VERSION = '14.4.1';

/**
 * What this client says it is: browser and operating system, as the phone lists it under "Linked devices", and the
 * version of WhatsApp Web.
 *
 * WhatsApp takes pairing codes only from clients named like a common browser, `Chrome (Mac OS)`; others get error 400
 * (whatsmeow pair-code.go; https://github.com/rmyndharis/OpenWA/issues/1666). Which names it takes besides those that
 * Config allows, only the real server can tell.
 */
export class ClientIdentity {
  /** As Baileys wants it: operating system, browser, version. */
  readonly browser: WABrowserDescription;

  /** @param displayName `<browser> (<operating system>)`, see DEVICE_NAME in Config */
  constructor(
    readonly displayName: string,
    readonly version: ClientVersion,
  ) {
    const [, browser = '', system = ''] = /^(.+) \((.+)\)$/.exec(displayName) ?? [];
    this.browser = [system, browser, SYSTEM_VERSION];
  }

  /** The browser as a number in QR codes and in requests for pairing codes. */
  get platformId(): string {
    return getCompanionPlatformId(this.browser);
  }

  /** The browser as `DeviceProps.platformType`; the passkey ceremony has to name the same one. */
  get deviceType(): proto.DeviceProps.PlatformType {
    const { PlatformType } = proto.DeviceProps;
    return PlatformType[this.browser[1].toUpperCase() as keyof typeof PlatformType] ?? PlatformType.CHROME;
  }
}
