import { Global, Module } from '@nestjs/common';
import { Stopping } from './stopping.js';
import { LargeAnswers } from './large-answers.js';

/** How answers are sent. */
@Global()
@Module({ providers: [LargeAnswers, Stopping], exports: [LargeAnswers, Stopping] })
export class HttpModule {}
