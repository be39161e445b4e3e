import type { Companion } from '../whatsapp-server/companion.js';

/** A time in which a process stood still: what it was sent then, it could not acknowledge. */
export interface Freeze {
  from: number;
  to: number;
}

/** Whether companions have acknowledged each stanza in time, and once. */
export function acknowledgementReport(
  companions: Companion[],
  freezes: Freeze[],
): { line: string; problems: string[] } {
  const logs = companions.map(({ outbox }) => outbox.acknowledgements);
  const late = logs
    .flatMap((log) => log.late)
    .filter(
      ({ sentAt, acknowledgedAt }) =>
        !freezes.some(({ from, to }) => sentAt.getTime() <= to && acknowledgedAt.getTime() >= from),
    );
  const duplicates = logs.flatMap((log) => log.duplicates);
  const missing = [
    ...companions.flatMap(({ outbox }) => outbox.pending),
    ...logs.flatMap((log) => log.missing),
  ];
  const mismatched = logs.flatMap((log) => log.mismatched);
  const sum = (field: 'deliveries' | 'acknowledgements') =>
    logs.reduce((total, { totals }) => total + totals[field], 0);
  return {
    line:
      `Acknowledgements: ${sum('acknowledgements')} of ${sum('deliveries')} deliveries; ${missing.length} missing, ` +
      `${duplicates.length} duplicated, ${late.length} later than 5 s`,
    problems: [
      ...missing.map((id) => `not acknowledged: ${id}`),
      ...mismatched.map((what) => `acknowledged in another form: ${what}`),
      ...duplicates.map((what) => `acknowledged too often: ${what}`),
      ...late.map(({ what, sentAt, acknowledgedAt }) => {
        const seconds = (acknowledgedAt.getTime() - sentAt.getTime()) / 1_000;
        return `acknowledged late: ${what}, after ${seconds.toFixed(1)} s at ${acknowledgedAt.toISOString()}`;
      }),
    ],
  };
}
