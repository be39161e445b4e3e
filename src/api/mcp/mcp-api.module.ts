import { Module } from '@nestjs/common';
import { FeedReadsModule } from '../../feed/feed-reads.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { ContactsApiModule } from '../contacts/contacts-api.module.js';
import { SessionsApiModule } from '../sessions/sessions-api.module.js';
import { McpController } from './mcp.controller.js';
import { McpTools } from './mcp-tools.js';
import { ProtectedResourceController } from './protected-resource.controller.js';

@Module({
  imports: [ContactsApiModule, FeedReadsModule, SessionsApiModule, SessionsModule],
  controllers: [McpController, ProtectedResourceController],
  providers: [McpTools],
})
export class McpApiModule {}
