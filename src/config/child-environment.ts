/** Settings that a child process must not have; also those of Postgres' own client library. */
const SECRET = /KEY|SECRET|TOKEN|PASSWORD|DATABASE_URL|^PG/;

/** Returns the environment of this process without its secrets, for a child process that handles what strangers sent. */
export function environmentWithoutSecrets(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !SECRET.test(name)));
}
