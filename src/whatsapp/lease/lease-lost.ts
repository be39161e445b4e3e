/** This process does not hold the lease of the session (any longer), so the work must not be done. */
export class LeaseLost extends Error {
  constructor() {
    super('This process does not hold the lease of the session');
  }
}
