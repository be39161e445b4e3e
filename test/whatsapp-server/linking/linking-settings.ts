/** Settings for devices that wait to be linked. Change them before the device connects. */
export class LinkingSettings {
  /** refs for QR codes that a device receives at a time */
  qrRefs = 6;
  /** whether a device that has used all refs can request another one */
  moreRefs = true;
  /**
   * How often the ADV secret of a device is retired (`companion_reg_refresh`): while it waits, during a scan, while a
   * pairing code is completed, and after the device has confirmed the link. WhatsApp has done so since July 2026.
   */
  readonly refreshes = { beforeScan: 1, atScan: 1, afterCode: 1, afterLink: 1 };
  /** how long a pairing code is valid */
  codeLifetimeMs = 180_000;
  /** maximum pairing codes per number; further requests fail with 429 */
  codesPerNumber = Infinity;
  /** how often the phone's `primary_hello` is delivered again after the device has responded to it (zapo #237) */
  replayedHellos = 0;
  /** how often the phone sends `primary_hello` with a different key; it uses the device's last response */
  furtherHellos = 0;

  /** Disables the retirement of secrets, as before July 2026. An unmodified Baileys requires this. */
  neverRefresh(): void {
    Object.assign(this.refreshes, { beforeScan: 0, atScan: 0, afterCode: 0, afterLink: 0 });
  }
}
