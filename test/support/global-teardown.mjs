/** After all suites: stops the Postgres that global-setup.mjs started. */
export default async function tearDown() {
  await globalThis.stopPostgres?.();
}
