import { Module } from '@nestjs/common';
import { FeedReader } from './feed-reader.js';
import { FeedReadsRepository } from './feed-reads.repository.js';
import { FeedWatch } from './feed-watch.js';

/** Reading the feed of changes, for the API and webhooks. */
@Module({
  providers: [FeedReader, FeedReadsRepository, FeedWatch],
  exports: [FeedReader, FeedReadsRepository, FeedWatch],
})
export class FeedReadsModule {}
