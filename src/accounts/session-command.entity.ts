import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** What the API can ask of the session role. */
export type SessionCommandKind = 'pairing-code' | 'unlink';

/** A request of the API to the session role, and its answer. */
@Entity('session_command')
export class SessionCommand {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', primaryKeyConstraintName: 'session_command_pkey' })
  id: string;

  @Column('text')
  kind: SessionCommandKind;

  /** `pairing-code`: the phone number, digits. Null for commands without an argument. */
  @Column('text', { nullable: true })
  argument: string | null;

  /** After this nobody waits for the answer any more. */
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt: Date;

  @Column('timestamptz', { name: 'taken_at', nullable: true })
  takenAt: Date | null;

  @Column('timestamptz', { name: 'done_at', nullable: true })
  doneAt: Date | null;

  /** `pairing-code`: the 8 characters. */
  @Column('text', { nullable: true })
  result: string | null;

  /** Why it could not be done, one sentence for people. */
  @Column('text', { nullable: true })
  error: string | null;
}
