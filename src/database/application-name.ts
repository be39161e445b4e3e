/** What Postgres shows in pg_stat_activity: the role of the process, and what its connections are for. */
export function applicationName(role: string, use: string): string {
  return `whatsapp-contacts ${role} ${use}`;
}
