/** The secrets cannot be read with the keys that are supplied; names ENCRYPTION_KEY and what to do. */
export class SecretsError extends Error {
  override readonly name = 'SecretsError';
}
