import { Module } from '@nestjs/common';
import { ContactsHttpModule } from '../contacts/contacts-api.module.js';
import { FeedHttpModule } from '../changes/changes-api.module.js';
import { SessionsHttpModule } from '../sessions/sessions-api.module.js';
import { SessionsModule } from '../../sessions/sessions.module.js';
import { McpController } from './mcp.controller.js';
import { McpTools } from './mcp-tools.js';

/** What models read through MCP: the same as callers of the API, with the same keys. */
@Module({
  imports: [ContactsHttpModule, FeedHttpModule, SessionsHttpModule, SessionsModule],
  controllers: [McpController],
  providers: [McpTools],
})
export class McpModule {}
