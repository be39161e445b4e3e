/** Errors whose message is sufficient for an operator. */
const WITHOUT_STACK = new Set([
  'ConfigError',
  'DatabaseError',
  'EmbeddedPostgresError',
  'SecretsError',
  'SessionThreadError',
]);

/** Why this process cannot listen, and what to do. */
const LISTENING: Record<string, string> = {
  EADDRINUSE: 'another program uses the port. Set PORT to a free one, for example 8889.',
  EACCES: 'this user may not use the port. Set PORT to one from 1024 on, for example 8888.',
  EADDRNOTAVAIL: 'this machine does not have the address. Set HOST to one of its own, or to 0.0.0.0 for all.',
  ENOTFOUND: 'nobody knows the name. Set HOST to an address of this machine, for example 127.0.0.1.',
};

/**
 * What the log says of an error that ends a process or a thread: a fault of the operator's making is one sentence, a
 * fault of ours shows where it is. Errors are told apart by name, which they keep on their way between threads.
 */
export function explain(error: unknown): string {
  const { name, message, stack, code, syscall } = error as NodeJS.ErrnoException;
  const advice = syscall === 'listen' || syscall === 'getaddrinfo' ? LISTENING[code ?? ''] : undefined;
  if (advice) return `${message}: ${advice}`;
  return WITHOUT_STACK.has(name) || syscall ? message : (stack ?? `${name}: ${message}`);
}
