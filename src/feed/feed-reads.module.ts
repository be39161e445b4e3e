import { Module } from '@nestjs/common';
import { FeedMonitor } from './feed-monitor.js';
import { FeedReader } from './feed-reader.js';
import { FeedReadsRepository } from './feed-reads.repository.js';

/** Reads the feed of changes, for the API and webhooks. */
@Module({
  providers: [FeedReader, FeedReadsRepository, FeedMonitor],
  exports: [FeedReader, FeedReadsRepository, FeedMonitor],
})
export class FeedReadsModule {}
