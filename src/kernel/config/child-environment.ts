/** Settings that child processes must not receive, including those of the Postgres client library and proxies. */
const SECRET = /KEY|SECRET|TOKEN|PASSWORD|DATABASE_URL|^PG|_PROXY$|_proxy$/;

/** Returns the environment of this process without its secrets, for a child process that handles untrusted input. */
export function environmentWithoutSecrets(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !SECRET.test(name)));
}
