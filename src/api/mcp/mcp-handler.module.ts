import { Module } from '@nestjs/common';
import { FeedReadsModule } from '../../feed/feed-reads.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { ContactsApiModule } from '../contacts/contacts-api.module.js';
import { SessionsApiModule } from '../sessions/sessions-api.module.js';
import { McpHandler } from './mcp-handler.js';
import { McpTools } from './mcp-tools.js';

/** Everything that uses the SDK of the protocol. McpController loads it at the first request. */
@Module({
  imports: [ContactsApiModule, FeedReadsModule, SessionsApiModule, SessionsModule],
  providers: [McpHandler, McpTools],
})
export class McpHandlerModule {}
