import { Module } from '@nestjs/common';
import { FeedCommits } from './feed-commits.repository.js';
import { FeedPruner } from './feed-pruner.js';
import { FeedPrunesRepository } from './feed-prunes.repository.js';
import { FeedRepository } from './feed.repository.js';

/** Writing the feed of changes. Who reads it: FeedReadsModule. */
@Module({
  providers: [FeedCommits, FeedPruner, FeedPrunesRepository, FeedRepository],
  exports: [FeedPruner, FeedRepository],
})
export class FeedModule {}
