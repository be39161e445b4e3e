import type { Transaction } from './transaction.js';

/** Runs a statement, and undoes it if it fails. @returns the error of Postgres with its hint; null if it succeeded */
export async function attempt(tx: Transaction, sql: string): Promise<string | null> {
  await tx.query('SAVEPOINT attempt');
  try {
    await tx.query(sql);
    await tx.query('RELEASE SAVEPOINT attempt');
    return null;
  } catch (error) {
    await tx.query('ROLLBACK TO SAVEPOINT attempt');
    const { message, driverError } = error as Error & { driverError?: { hint?: string } };
    return [message, driverError?.hint].filter(Boolean).join('. ').replace(/\.$/, '');
  }
}
