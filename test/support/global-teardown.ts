/** After all suites: stops the Postgres that global-setup.ts started. */
export default async function tearDown(): Promise<void> {
  await (globalThis as { stopPostgres?: () => Promise<void> }).stopPostgres?.();
}
