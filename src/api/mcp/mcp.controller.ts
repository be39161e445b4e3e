import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request as HttpRequest, Response as HttpResponse } from 'express';
import type { Access } from '../../access/access.js';
import { Config } from '../../kernel/config/config.js';
import { CallerAccess, Needs } from '../access/requirements.js';
import { basePathOf } from '../http/base-path.js';
import { ListResponses } from '../http/list-responses.js';
import { McpOff } from './mcp.errors.js';
import type { McpHandler } from './mcp-handler.js';

/** Error code of JSON-RPC 2.0. */
const INVALID_REQUEST = -32_600;

/**
 * Model Context Protocol over streamable HTTP. It is stateless, so any replica can serve any request. Responses are
 * JSON, never streams, because no tool reports progress. The protocol is JSON-RPC, so the OpenAPI document does not
 * contain this route (see docs/mcp.md).
 */
@Controller('mcp')
@ApiExcludeController()
@Needs('contacts:read', { acrossSessions: true, orAccessToken: true })
export class McpController {
  private handler: Promise<McpHandler> | null = null;

  constructor(
    private readonly config: Config,
    private readonly modules: LazyModuleLoader,
    private readonly responses: ListResponses,
  ) {}

  @Post()
  async handle(
    @CallerAccess() access: Access,
    @Body() body: unknown,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    if (!this.config.API_KEY) throw new McpOff();
    const refusal = refusalOf(request);
    if (refusal) {
      const error = { code: INVALID_REQUEST, message: refusal.message };
      response.status(refusal.status).json({ jsonrpc: '2.0', error, id: null });
      return;
    }
    const caller = {
      access,
      basePath: basePathOf(request),
      withinShare: <T>(read: () => Promise<T>) => this.responses.withinShare(request, read),
    };
    const handler = await this.loadHandler();
    await handler.handle(caller, request, body, response);
  }

  /** Loads the SDK at the first request, because this takes 300 ms of CPU time. */
  private loadHandler(): Promise<McpHandler> {
    return (this.handler ??= this.createHandler());
  }

  private async createHandler(): Promise<McpHandler> {
    const { McpHandlerModule } = await import('./mcp-handler.module.js');
    const { McpHandler } = await import('./mcp-handler.js');
    const module = await this.modules.load(() => McpHandlerModule, { logger: false });
    return module.get(McpHandler);
  }
}

/** Returns why a request is refused; null if it is not. */
function refusalOf(request: HttpRequest): { status: number; message: string } | null {
  // A batch would count as one request.
  if (Array.isArray(request.body))
    return {
      status: 400,
      message:
        'Batches are not supported, as in the protocol since 2025-06-18. Send one message per request.',
    };
  if (!request.accepts('application/json'))
    return {
      status: 406,
      message: 'Responses are JSON. Send "Accept: application/json, text/event-stream".',
    };
  return null;
}
