/** Secrets cannot be read with the configured keys. The message explains how to fix ENCRYPTION_KEY. */
export class SecretsError extends Error {
  override readonly name = 'SecretsError';
}
