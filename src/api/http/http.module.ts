import { Global, Module } from '@nestjs/common';
import { ListResponses } from './list-responses.js';
import { Stopping } from './stopping.js';

/** Services that send responses. */
@Global()
@Module({ providers: [ListResponses, Stopping], exports: [ListResponses, Stopping] })
export class HttpModule {}
