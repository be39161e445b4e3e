/** How the server treats devices that want to be linked. Change it before the device connects. */
export class LinkingSettings {
  /** refs for QR codes that a device gets at once */
  qrRefs = 6;
  /** whether a device that has run out of refs may ask for another one */
  moreRefs = true;
  /**
   * How often the ADV secret of a device is retired (`companion_reg_refresh`): while it waits, at the moment of a scan,
   * while a pairing code is completed, and after the device has confirmed the link. WhatsApp has done so since July 2026.
   */
  readonly refreshes = { beforeScan: 1, atScan: 1, afterCode: 1, afterLink: 1 };
  /** how long the phone takes a pairing code */
  codeLifetimeMs = 180_000;
  /** pairing codes for one number; a request beyond them is refused with 429 */
  codesPerNumber = Infinity;

  /** how often the server delivers the phone's `primary_hello` again after the device has answered it (zapo #237) */
  replayedHellos = 0;
  /** how often the phone says `primary_hello` again, with another key; it goes on with the device's last answer */
  furtherHellos = 0;

  /** As WhatsApp was until July 2026, and as an unmodified Baileys needs it: no secret is ever retired. */
  neverRefresh(): void {
    Object.assign(this.refreshes, { beforeScan: 0, atScan: 0, afterCode: 0, afterLink: 0 });
  }
}
