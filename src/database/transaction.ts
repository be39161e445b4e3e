import type { EntityManager } from 'typeorm';

/** Runs SQL in one database transaction. Passed to all repositories that take part in it. */
export type Transaction = EntityManager;
