import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { Public } from '../access/access.js';
import { Stopping } from './stopping.js';
import { DatabaseHealth } from '../database/database.health.js';

/** Probes. WhatsApp being away or unlinked is no reason to restart this process, or to send readers elsewhere. */
@Controller()
@Public()
export class HealthController {
  constructor(
    private readonly database: DatabaseHealth,
    private readonly stopping: Stopping,
  ) {}

  /** The process answers: nothing else is asked. */
  @Get('livez')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The process has started: the database is migrated before it listens, so that an answer is enough. */
  @Get('startupz')
  started(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** The database answers and is migrated, and this process is to go on. */
  @Get('readyz')
  async ready(): Promise<{ status: 'ok' }> {
    if (this.stopping.hasBegun)
      throw new ServiceUnavailableException('This process is stopping. Ask another.');
    const problem = await this.database.problem();
    if (problem) throw new ServiceUnavailableException(problem);
    return { status: 'ok' };
  }
}
