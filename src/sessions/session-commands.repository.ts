import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { channelSql } from '../database/database-schema.js';
import type { Transaction } from '../database/transaction.js';
import type { DomainErrorKind } from '../kernel/errors/domain-error.js';
import type { SessionName } from '../kernel/identifiers/session-name.js';
import { type RowIdentity, Secrets } from '../secrets/secrets.js';
import type { RefusalCode } from './command-refused.js';
import type { SessionCommandKind } from './session-command.entity.js';

/** Postgres channel for `<event> <session>`, sent when a command is committed. */
export const COMMAND_CHANNEL = 'whatsapp_contacts_command';
const NOTIFY = `SELECT pg_notify(${channelSql('$1')}, $2)`;
export type CommandEvent = 'added' | 'finished';

/** A command that no process has accepted. */
export interface WaitingCommand {
  session: SessionName;
  id: string;
  kind: SessionCommandKind;
}

export interface PendingCommand extends WaitingCommand {
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

/** Longer than the API needs to read an outcome or time out after the command has expired. */
const DELETED_AFTER = '5 seconds';

/**
 * Stores requests from the API to session processes. The API adds a command and waits for its outcome; the session's
 * process accepts it. Both are notified through COMMAND_CHANNEL. Arguments and results may be phone numbers, assertions
 * and pairing codes. They are encrypted, and deleted when they are read or expire.
 */
@Injectable()
export class SessionCommandsRepository {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly secrets: Secrets,
  ) {}

  /** @returns the id of the command; null if the session does not exist */
  async add(
    session: SessionName,
    { kind, argument }: Pick<PendingCommand, 'kind' | 'argument'>,
    ttlMs: number,
  ): Promise<string | null> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `WITH added AS (
         INSERT INTO session_command (session, kind, argument, expires_at)
         SELECT name, $2, $3, now() + $4 * interval '1 ms' FROM session WHERE name = $1
         RETURNING id)
       SELECT id, pg_notify(${channelSql('$5')}, $6) FROM added`,
      [session, kind, this.seal(argument, session, 'argument'), ttlMs, ...notification('added', session)],
    );
    return rows[0]?.id ?? null;
  }

  async findOutcome(session: SessionName, id: string): Promise<CommandOutcome | null> {
    const rows = await this.dataSource.query<CommandOutcome[]>(
      `SELECT done_at AS "doneAt", result, error, error_kind AS "errorKind", error_code AS "errorCode"
       FROM session_command WHERE session = $1 AND id = $2`,
      [session, id],
    );
    const [row] = rows;
    return row ? { ...row, result: this.open(row.result, session, 'result') } : null;
  }

  /**
   * Sends a notification that no command belongs to.
   * @param payload received by all processes that listen to COMMAND_CHANNEL
   */
  async notify(payload: string): Promise<void> {
    await this.dataSource.query(NOTIFY, [COMMAND_CHANNEL, payload]);
  }

  /** Returns the oldest waiting command of each session of the process. Writes nothing. */
  async findWaiting(processId: string): Promise<WaitingCommand[]> {
    return this.dataSource.query<WaitingCommand[]>(
      `SELECT DISTINCT ON (c.session) c.session, c.id, c.kind
       FROM session_command c JOIN session s ON s.name = c.session
       WHERE s.process_id = $1 AND c.taken_at IS NULL AND c.expires_at > now()
       ORDER BY c.session, c.id`,
      [processId],
    );
  }

  /**
   * Accepts a command and removes its argument from the database.
   * @returns null if it was already accepted, or has expired
   */
  async take(tx: Transaction, { session, id }: WaitingCommand): Promise<{ argument: string | null } | null> {
    const [[taken]] = await tx.query<[{ argument: string | null }[], number]>(
      `UPDATE session_command c SET taken_at = now(), argument = NULL
       FROM (SELECT session, id, argument FROM session_command
             WHERE session = $1 AND id = $2 AND taken_at IS NULL AND expires_at > now() FOR UPDATE) before
       WHERE c.session = before.session AND c.id = before.id RETURNING before.argument`,
      [session, id],
    );
    return taken ?? null;
  }

  /** Decrypts the argument of an accepted command. @throws SecretsError */
  openArgument({ session }: WaitingCommand, argument: string | null): string | null {
    return this.open(argument, session, 'argument');
  }

  async finish(tx: Transaction, { session, id }: WaitingCommand, outcome: CommandResult): Promise<void> {
    const nothing = { result: null, error: null, errorKind: null, errorCode: null };
    const { result, error, errorKind, errorCode } = { ...nothing, ...outcome };
    await tx.query(
      `UPDATE session_command
       SET done_at = now(), result = $3, error = $4, error_kind = $5, error_code = $6
       WHERE session = $1 AND id = $2`,
      [session, id, this.seal(result, session, 'result'), error, errorKind, errorCode],
    );
    // Postgres sends the notification when the transaction is committed.
    await tx.query(NOTIFY, notification('finished', session));
  }

  /** Deletes a command after its caller has read the outcome or timed out. */
  async remove(session: SessionName, id: string): Promise<void> {
    await this.dataSource.query('DELETE FROM session_command WHERE session = $1 AND id = $2', [session, id]);
  }

  /**
   * Deletes the expired commands of all sessions. Their API process has ended before it could. @returns their number
   */
  async deleteExpired(): Promise<number> {
    const [, count] = await this.dataSource.query<[unknown, number]>(
      `DELETE FROM session_command WHERE expires_at < now() - interval '${DELETED_AFTER}'`,
    );
    return count;
  }

  private seal(text: string | null, session: SessionName, column: SecretColumn): string | null {
    return text === null ? null : this.secrets.encrypt(text, rowOf(session, column));
  }

  private open(text: string | null, session: SessionName, column: SecretColumn): string | null {
    return text === null ? null : this.secrets.decrypt(text, rowOf(session, column));
  }
}

function notification(event: CommandEvent, session: SessionName): [channel: string, payload: string] {
  return [COMMAND_CHANNEL, `${event} ${session}`];
}

type SecretColumn = 'argument' | 'result';

/** Excludes the id, which the database assigns when the argument is inserted. */
function rowOf(session: SessionName, column: SecretColumn): RowIdentity {
  return ['session_command', session, column];
}
