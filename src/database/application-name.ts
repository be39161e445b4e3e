/** Returns the name of connections in pg_stat_activity: the role of the process, and the use of the connections. */
export function applicationName(role: string, use: string): string {
  return `whatsapp-contacts ${role} ${use}`;
}
