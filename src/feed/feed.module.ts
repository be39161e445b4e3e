import { Module } from '@nestjs/common';
import { FeedCommits } from './feed-commits.repository.js';
import { FeedRepository } from './feed.repository.js';

/** Writing the feed of changes. Who reads it: FeedHttpModule. */
@Module({
  providers: [FeedCommits, FeedRepository],
  exports: [FeedRepository],
})
export class FeedModule {}
