import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import type { ClientVersion } from './client-version.js';

/** The newest known version of WhatsApp Web, shared by all processes: the table has one row. */
@Entity('client_version')
@Check('client_version_single', 'is_single')
export class ClientVersionRecord {
  @PrimaryColumn('boolean', {
    name: 'is_single',
    default: true,
    primaryKeyConstraintName: 'client_version_pkey',
  })
  isSingle: boolean;

  @Column('integer', { array: true })
  version: ClientVersion;

  /** When it was last confirmed as WhatsApp's current version. */
  @Column('timestamptz', { name: 'current_at' })
  currentAt: Date;

  /** When a fetch of the current version last ended; equal to currentAt if it succeeded; null before the first one. */
  @Column('timestamptz', { name: 'fetched_at', nullable: true })
  fetchedAt: Date | null;

  /** Deadline of the process that is fetching; null if no process is fetching. */
  @Column('timestamptz', { name: 'fetching_until', nullable: true })
  fetchingUntil: Date | null;
}
