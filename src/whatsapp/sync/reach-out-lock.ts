import type { SessionContext } from './session-context.js';

const REASON = 'WhatsApp has locked reaching out to people';

/**
 * WhatsApp has locked an account's reaching out to people, or unlocked it: all asking about people stops, for asking on is what
 * leads to the next, longer lock (WAHA issue 2147).
 * @param until null: it is unlocked
 */
export async function setReachOutLock(
  { lease, stores, pause }: SessionContext,
  until: Date | null,
): Promise<void> {
  if (until) await pause.pauseUntil(until, REASON);
  else await pause.resume(REASON);
  const message =
    until &&
    `WhatsApp has locked this account's reaching out to people until ${until.toISOString()}: nobody is asked about ` +
      'until then. Names and changes go on being read.';
  await lease.transaction((tx) =>
    stores.degradations.report(tx, lease.session, 'reachout_locked', message, until),
  );
}
