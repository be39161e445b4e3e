import { Global, Module } from '@nestjs/common';
import { LargeAnswers } from './large-answers.js';

/** How answers are sent. */
@Global()
@Module({ providers: [LargeAnswers], exports: [LargeAnswers] })
export class HttpModule {}
