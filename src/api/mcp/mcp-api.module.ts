import { Module } from '@nestjs/common';
import { ContactsApiModule } from '../contacts/contacts-api.module.js';
import { FeedReadsModule } from '../../feed/feed-reads.module.js';
import { SessionsApiModule } from '../sessions/sessions-api.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { McpController } from './mcp.controller.js';
import { McpTools } from './mcp-tools.js';

/** What models read through MCP: the same as callers of the API, with the same keys. */
@Module({
  imports: [ContactsApiModule, FeedReadsModule, SessionsApiModule, SessionsModule],
  controllers: [McpController],
  providers: [McpTools],
})
export class McpApiModule {}
