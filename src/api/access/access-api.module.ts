import { Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { AccessModule } from '../../access/access.module.js';
import { AccessGuard } from './access.guard.js';
import { ExpiredRows } from './expired-rows.js';
import { RequirementsCheck } from './requirements.check.js';

/** Authenticates and authorizes every request. */
@Module({
  imports: [AccessModule, DiscoveryModule],
  providers: [ExpiredRows, RequirementsCheck, { provide: APP_GUARD, useClass: AccessGuard }],
})
export class AccessApiModule {}
