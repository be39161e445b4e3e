import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { SessionName } from '../kernel/identifiers/session-name.js';
import type { DegradationCode } from './degradation.entity.js';
import type { ReasonCode } from './reason-code.js';
import type { SessionStatus } from './session.entity.js';

/** Metrics of a session. */
export interface MeasuredSession {
  name: SessionName;
  status: SessionStatus;
  /** Time since the status last changed. */
  seconds: number;
  degraded: DegradationCode[];
  /** Why the account was unlinked; null if it is linked, here or through another session. */
  unlinkedCode: ReasonCode | null;
  /** Time since it was unlinked; null as above. */
  unlinkedSeconds: number | null;
}

/** Reads metrics of the sessions of a process. */
@Injectable()
export class SessionMetricsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  async find(processId: string): Promise<MeasuredSession[]> {
    return this.dataSource.query<MeasuredSession[]>(
      `SELECT s.name, s.status, extract(epoch FROM now() - s.since)::float8 AS seconds,
         ARRAY(SELECT code FROM degradation d WHERE d.session = s.name AND (d.expires_at > now()) IS NOT FALSE)
           AS degraded,
         s.unlinked_code AS "unlinkedCode", extract(epoch FROM now() - s.unlinked_at)::float8 AS "unlinkedSeconds"
       FROM session s WHERE s.process_id = $1`,
      [processId],
    );
  }
}
