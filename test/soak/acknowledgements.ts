import type { Companion } from '../whatsapp-server/companion.js';

/** A period without acknowledgements: a frozen process, a silent connection, or an unreachable database. */
export interface Hindrance {
  /** Only the acknowledgements of this companion are missing; undefined: of all. */
  companion?: Companion;
  from: number;
  to: number;
}

/** Whether companions have acknowledged each stanza in time, and once. */
export function acknowledgementReport(
  companions: Companion[],
  hindrances: Hindrance[],
): { line: string; problems: string[] } {
  const logs = companions.map(({ outbox }) => outbox.acknowledgements);
  const isUnhindered = (of: Companion, from: Date, to: Date) =>
    !hindrances.some(
      ({ companion = of, ...during }) =>
        companion === of && from.getTime() <= during.to && to.getTime() >= during.from,
    );
  const late = companions.flatMap((of) =>
    of.outbox.acknowledgements.late.filter(({ sentAt, acknowledgedAt }) =>
      isUnhindered(of, sentAt, acknowledgedAt),
    ),
  );
  const ended = companions.flatMap((of) =>
    of.outbox.acknowledgements.missing.filter(({ sentAt, endedAt }) => isUnhindered(of, sentAt, endedAt)),
  );
  const duplicates = logs.flatMap((log) => log.duplicates);
  const mismatched = logs.flatMap((log) => log.mismatched);
  const missing = companions.flatMap(({ outbox }) => outbox.pending);
  const sum = (field: 'deliveries' | 'acknowledgements') =>
    logs.reduce((total, { totals }) => total + totals[field], 0);
  return {
    line:
      `Acknowledgements: ${sum('acknowledgements')} of ${sum('deliveries')} deliveries; ${missing.length} missing, ` +
      `${duplicates.length} duplicated, ${late.length} later than 5 s, ${ended.length} ended a connection`,
    problems: [
      ...missing.map((id) => `not acknowledged: ${id}`),
      ...ended.map(({ what, endedAt }) => `disconnected for ${what} at ${endedAt.toISOString()}`),
      ...mismatched.map((what) => `acknowledged in another form: ${what}`),
      ...duplicates.map((what) => `acknowledged too often: ${what}`),
      ...late.map(({ what, sentAt, acknowledgedAt }) => {
        const seconds = (acknowledgedAt.getTime() - sentAt.getTime()) / 1_000;
        return `acknowledged late: ${what}, after ${seconds.toFixed(1)} s at ${acknowledgedAt.toISOString()}`;
      }),
    ],
  };
}
