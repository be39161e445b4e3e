/** Thrown because this process does not hold the session's lease, so that the work must not be done. */
export class LeaseLost extends Error {
  constructor() {
    super('This process does not hold the lease of the session');
  }
}
