/** The database cannot be used. The message contains the reason and how to fix it. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
}
