import type { EntityManager } from 'typeorm';

/** What runs SQL inside one database transaction; handed down to the repositories that take part in it. */
export type Transaction = EntityManager;
