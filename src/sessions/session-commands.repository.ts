import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../database/transaction.js';
import type { DomainErrorKind } from '../errors/domain-error.js';
import type { RefusalCode } from './command-refused.js';
import type { SessionCommandKind } from './session-command.entity.js';
import type { SessionName } from './session-name.js';

export interface PendingCommand {
  session: SessionName;
  id: string;
  kind: SessionCommandKind;
  argument: string | null;
}

export interface CommandOutcome {
  doneAt: Date | null;
  result: string | null;
  error: string | null;
  errorKind: DomainErrorKind | null;
  errorCode: RefusalCode | null;
}

/** How a command has ended. */
export type CommandResult =
  { result: string | null } | { error: string; errorKind: DomainErrorKind; errorCode: RefusalCode };

/** Requests of the API to the session role: the API adds one and looks for its outcome, the session's process takes it. */
@Injectable()
export class SessionCommandsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @returns the id by which the outcome is found; null when there is no such session */
  async add(
    session: SessionName,
    { kind, argument }: Pick<PendingCommand, 'kind' | 'argument'>,
    ttlMs: number,
  ): Promise<string | null> {
    await this.deleteOutdated(session);
    const rows = await this.dataSource.query<{ id: string }[]>(
      `INSERT INTO session_command (session, kind, argument, expires_at)
       SELECT name, $2, $3, now() + $4 * interval '1 ms' FROM session WHERE name = $1
       RETURNING id`,
      [session, kind, argument, ttlMs],
    );
    return rows[0]?.id ?? null;
  }

  async findOutcome(session: SessionName, id: string): Promise<CommandOutcome | null> {
    const rows = await this.dataSource.query<CommandOutcome[]>(
      `SELECT done_at AS "doneAt", result, error, error_kind AS "errorKind", error_code AS "errorCode" FROM session_command
       WHERE session = $1 AND id = $2`,
      [session, id],
    );
    return rows[0] ?? null;
  }

  /** Of each session that the process holds the oldest command that somebody waits for. Asked often, so it writes nothing. */
  async findPending(processId: string): Promise<PendingCommand[]> {
    return this.dataSource.query<PendingCommand[]>(
      `SELECT DISTINCT ON (c.session) c.session, c.id, c.kind, c.argument
       FROM session_command c JOIN session s ON s.name = c.session
       WHERE s.process_id = $1 AND c.taken_at IS NULL AND c.expires_at > now()
       ORDER BY c.session, c.id`,
      [processId],
    );
  }

  /** @returns false when it has been taken, or nobody waits for it any more */
  async take(tx: Transaction, { session, id }: PendingCommand): Promise<boolean> {
    const [, count] = await tx.query<[unknown, number]>(
      `UPDATE session_command SET taken_at = now()
       WHERE session = $1 AND id = $2 AND taken_at IS NULL AND expires_at > now()`,
      [session, id],
    );
    return count > 0;
  }

  /** The argument may be a secret, and is forgotten. */
  async finish(tx: Transaction, { session, id }: PendingCommand, outcome: CommandResult): Promise<void> {
    const nothing = { result: null, error: null, errorKind: null, errorCode: null };
    const { result, error, errorKind, errorCode } = { ...nothing, ...outcome };
    await tx.query(
      `UPDATE session_command
       SET done_at = now(), argument = NULL, result = $3, error = $4, error_kind = $5, error_code = $6
       WHERE session = $1 AND id = $2`,
      [session, id, result, error, errorKind, errorCode],
    );
  }

  /** Forgets a command whose outcome was read: it may be a pairing code. */
  async remove(session: SessionName, id: string): Promise<void> {
    await this.dataSource.query('DELETE FROM session_command WHERE session = $1 AND id = $2', [session, id]);
  }

  /** Nobody waits for them any more. */
  private async deleteOutdated(session: SessionName): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM session_command WHERE session = $1 AND expires_at < now() - interval '1 minute'`,
      [session],
    );
  }
}
