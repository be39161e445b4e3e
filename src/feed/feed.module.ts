import { Module } from '@nestjs/common';
import { FeedRepository } from './feed.repository.js';
import { FeedNotificationsRepository } from './feed-notifications.repository.js';
import { FeedPruner } from './feed-pruner.js';
import { FeedPrunesRepository } from './feed-prunes.repository.js';

/** Writes and prunes the feed of changes. FeedReadsModule reads it. */
@Module({
  providers: [FeedNotificationsRepository, FeedPruner, FeedPrunesRepository, FeedRepository],
  exports: [FeedPruner, FeedRepository],
})
export class FeedModule {}
