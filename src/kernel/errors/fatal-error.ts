/** Errors whose message is sufficient for an operator. Compared by name, which errors keep between threads. */
const WITHOUT_STACK = new Set([
  'ConfigError',
  'DatabaseError',
  'EmbeddedPostgresError',
  'SecretsError',
  'SessionThreadError',
]);

/** Reasons why this process cannot listen, and how to fix them. */
const LISTENING: Record<string, string> = {
  EADDRINUSE: 'another program uses the port. Set PORT to a free port, for example 8889.',
  EACCES: 'this user cannot use the port. Set PORT to 1024 or higher, for example 8888.',
  EADDRNOTAVAIL:
    'this machine does not have the address. Set HOST to one of its addresses, or to :: for all addresses.',
  ENOTFOUND: 'the host name does not exist. Set HOST to an address of this machine, for example 127.0.0.1.',
};

/** Describes an error that ends a process or thread: one sentence if the operator can fix it, otherwise the stack. */
export function describeFatalError(error: unknown): string {
  const { name, message, stack, code, syscall } = error as NodeJS.ErrnoException;
  const advice = syscall === 'listen' || syscall === 'getaddrinfo' ? LISTENING[code ?? ''] : undefined;
  if (advice) return `${message}: ${advice}`;
  return WITHOUT_STACK.has(name) || syscall ? message : (stack ?? `${name}: ${message}`);
}
