import { Module } from '@nestjs/common';
import { McpController } from './mcp.controller.js';
import { ProtectedResourceController } from './protected-resource.controller.js';

@Module({ controllers: [McpController, ProtectedResourceController] })
export class McpApiModule {}
