import type { Transaction } from '../../database/transaction.js';

/** A transaction that changes the contacts of one account. */
export class AccountTx {
  constructor(
    readonly transaction: Transaction,
    readonly accountId: number,
  ) {}

  /** Runs a statement. `$1` is the account ID, `values` begin with `$2`. */
  query<Result = unknown>(statement: string, values: unknown[] = []): Promise<Result> {
    return this.transaction.query<Result>(statement, [this.accountId, ...values]);
  }
}
