/** A phone shares a new key at once, and its keys within seconds after it was linked. */
export const KEY_PATIENCE_MS = 10_000;
