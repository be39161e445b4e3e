/**
 * Weights of reads that did not finish. They are counted before they begin, so that input that crashes a process is not
 * read forever.
 *
 * A read that crashes its own process, or exceeds a limit, weighs more than a read that was interrupted because the
 * service stopped. The input is skipped after two failures, or five interruptions.
 */
export const UNFINISHED = {
  /** Added when a read begins. */
  begun: 2,
  /** Added when the read fails. */
  failed: 3,
  /** At this weight the input is skipped. */
  limit: 10,
} as const;
