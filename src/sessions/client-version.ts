/** A version of WhatsApp Web, for example 2.3000.1043857760: two numbers that rarely change, and the revision. */
export type ClientVersion = [number, number, number];

/** Whether the first version is newer than the second. Postgres orders `integer[]` in the same way. */
export function isNewerVersion(version: ClientVersion, than: ClientVersion): boolean {
  const difference = version.map((part, index) => part - (than[index] ?? 0)).find((each) => each !== 0);
  return (difference ?? 0) > 0;
}

/** Returns the version as WhatsApp writes it, with dots. */
export function formatVersion(version: ClientVersion): string {
  return version.join('.');
}
