const OPERATORS_FAULTS = new Set(['ConfigError', 'DatabaseError', 'EmbeddedPostgresError', 'SecretsError']);

/**
 * What the log says of an error that ends a process or a thread: a fault of the operator's making is one sentence, a
 * fault of ours shows where it is. Errors are told apart by name, which they keep on their way between threads.
 */
export function explain(error: unknown): string {
  const { name, message, stack, code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `${message}: another program uses the port. Set PORT to a free one.`;
  return OPERATORS_FAULTS.has(name) || syscall ? message : (stack ?? `${name}: ${message}`);
}
