/** This process does not (or no longer) hold the session; what it was about to do must not be done. */
export class LeaseLost extends Error {
  constructor() {
    super('Another process holds the session');
  }
}
