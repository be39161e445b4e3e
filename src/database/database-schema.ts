/**
 * Adds the setting DATABASE_SCHEMA to a Postgres URL, as an option of the startup message, so that it applies to every
 * connection. Poolers in transaction mode that do not support `search_path` reject it, because they could not apply it
 * to each server connection.
 *
 * @param schema lowercase letters, digits and underscores
 */
export function withSchema(url: string, schema: string): string {
  const option = encodeURIComponent(`-c search_path=${schema}`);
  const existing = /([?&]options=)([^&#]*)/;
  // The last one of several settings applies.
  if (existing.test(url)) return url.replace(existing, `$1$2%20${option}`);
  return `${url}${url.includes('?') ? '&' : '?'}options=${option}`;
}

/**
 * SQL: name of a notification channel in the schema of this deployment, so that deployments that share a database do
 * not wake each other. LISTEN shortens long names in the same way.
 */
export function channelSql(channel: string): string {
  return `(${channel}::text || '_' || current_schema())::name::text`;
}
