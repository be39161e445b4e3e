import {
  DEFAULT_CONNECTION_CONFIG,
  fetchLatestWaWebVersion,
  getCompanionPlatformId,
  proto,
  type WABrowserDescription,
  type WAVersion,
} from '@whiskeysockets/baileys';

const FETCH_TIMEOUT_MS = 10_000;
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
  /**
   * The version is the one that Baileys was released with, until WhatsApp refuses it (405). It is then taken from
   * web.whatsapp.com, as whatsmeow's users do; a refused version has made services of this kind stand still until
   * somebody rebuilt them.
   */
  private waVersion: WAVersion = DEFAULT_CONNECTION_CONFIG.version;
  /** Sessions that are refused at the same time ask once. */
  private update: Promise<void> | null = null;

  /** @param displayName `<browser> (<operating system>)`, see DEVICE_NAME in Config */
  constructor(readonly displayName: string) {
    const [, browser = '', system = ''] = /^(.+) \((.+)\)$/.exec(displayName) ?? [];
    this.browser = [system, browser, SYSTEM_VERSION];
  }

  get version(): WAVersion {
    return this.waVersion;
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

  /**
   * @param refused the version that WhatsApp has refused
   * @returns whether the current version is a newer one, now that it was asked for
   */
  async updateVersion(refused: WAVersion): Promise<boolean> {
    if (!isNewer(this.waVersion, refused)) {
      this.update ??= this.fetchVersion().finally(() => (this.update = null));
      await this.update;
    }
    return isNewer(this.waVersion, refused);
  }

  private async fetchVersion(): Promise<void> {
    const { version, isLatest } = await fetchLatestWaWebVersion({
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    });
    if (isLatest && isNewer(version, this.waVersion)) this.waVersion = version;
  }
}

function isNewer([, , one]: WAVersion, [, , other]: WAVersion): boolean {
  return one > other;
}
