import { Global, Module } from '@nestjs/common';
import { AccessModule } from '../../access/access.module.js';
import { SecretsModule } from '../../secrets/secrets.module.js';
import { IdempotentRequests } from './idempotent-requests.js';
import { ListResponses } from './list-responses.js';
import { Stopping } from './stopping.js';

const SERVICES = [IdempotentRequests, ListResponses, Stopping];

/** Services that send responses. */
@Global()
@Module({ imports: [AccessModule, SecretsModule], providers: SERVICES, exports: SERVICES })
export class HttpModule {}
