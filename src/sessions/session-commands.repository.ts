import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Transaction } from '../database/transaction.js';
import type { DomainErrorKind } from '../errors/domain-error.js';
import type { SessionCommandKind } from './session-command.entity.js';

export interface PendingCommand {
  id: string;
  kind: SessionCommandKind;
  argument: string | null;
}

export interface CommandOutcome {
  doneAt: Date | null;
  result: string | null;
  error: string | null;
  errorKind: DomainErrorKind | null;
}

/** How a command has ended. */
export type CommandResult = { result: string | null } | { error: string; errorKind: DomainErrorKind };

/** Requests of the API to the session role: the API adds one and looks for its outcome, the session takes it. */
@Injectable()
export class SessionCommandsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @returns the id by which the outcome is found */
  async add(kind: SessionCommandKind, argument: string | null, ttlMs: number): Promise<string> {
    await this.deleteOutdated();
    const [{ id }] = await this.dataSource.query<[{ id: string }]>(
      `INSERT INTO session_command (kind, argument, expires_at) VALUES ($1, $2, now() + $3 * interval '1 ms')
       RETURNING id`,
      [kind, argument, ttlMs],
    );
    return id;
  }

  async findOutcome(id: string): Promise<CommandOutcome | null> {
    const rows = await this.dataSource.query<CommandOutcome[]>(
      `SELECT done_at AS "doneAt", result, error, error_kind AS "errorKind" FROM session_command WHERE id = $1`,
      [id],
    );
    return rows[0] ?? null;
  }

  /** The oldest command that somebody still waits for; its argument may be a secret, and is forgotten when it is done. */
  async take(tx: Transaction): Promise<PendingCommand | null> {
    const [rows] = await tx.query<[PendingCommand[], number]>(
      `UPDATE session_command SET taken_at = now() WHERE id = (
         SELECT id FROM session_command WHERE taken_at IS NULL AND expires_at > now() ORDER BY id LIMIT 1
       ) RETURNING id, kind, argument`,
    );
    return rows[0] ?? null;
  }

  async finish(tx: Transaction, id: string, outcome: CommandResult): Promise<void> {
    const { result, error, errorKind } = { result: null, error: null, errorKind: null, ...outcome };
    await tx.query(
      'UPDATE session_command SET done_at = now(), argument = NULL, result = $2, error = $3, error_kind = $4 WHERE id = $1',
      [id, result, error, errorKind],
    );
  }

  /** Forgets a command whose outcome was read: it may be a pairing code. */
  async remove(id: string): Promise<void> {
    await this.dataSource.query('DELETE FROM session_command WHERE id = $1', [id]);
  }

  /** Nobody waits for them any more. */
  private async deleteOutdated(): Promise<void> {
    await this.dataSource.query(`DELETE FROM session_command WHERE expires_at < now() - interval '1 minute'`);
  }

  /** Whether there is anything to take: asked often, so it writes nothing. */
  async hasPending(): Promise<boolean> {
    const [{ exists }] = await this.dataSource.query<[{ exists: boolean }]>(
      'SELECT EXISTS (SELECT FROM session_command WHERE taken_at IS NULL AND expires_at > now())',
    );
    return exists;
  }
}
