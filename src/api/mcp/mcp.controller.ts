import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request as HttpRequest, Response as HttpResponse } from 'express';
import type { Access } from '../../access/access.js';
import { Config } from '../../kernel/config/config.js';
import { Log } from '../../kernel/logging/log.js';
import { CallerAccess, Needs } from '../access/requirements.js';
import { McpOff } from './mcp.errors.js';
import { McpTools } from './mcp-tools.js';

/**
 * Model Context Protocol over streamable HTTP. It is stateless, so any replica can serve any request. The protocol is
 * JSON-RPC, so the OpenAPI document does not contain this route (see docs/mcp.md).
 */
@Controller('mcp')
@ApiExcludeController()
@Needs('contacts:read', { acrossSessions: true })
export class McpController {
  private readonly log = new Log(McpController.name);

  constructor(
    private readonly config: Config,
    private readonly tools: McpTools,
  ) {}

  @Post()
  async handle(
    @CallerAccess() access: Access,
    @Body() message: unknown,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    if (!this.config.API_KEY) throw new McpOff();
    const handler = createMcpHandler(() => this.tools.createServer(access), {
      responseMode: 'json',
      // The tools never change, so there is nothing to subscribe to.
      maxSubscriptions: 0,
      onerror: (err) => this.log.debug({ err }, 'Handling MCP request failed'),
    });
    const { status, headers, body } = await handler.fetch(toWebRequest(request), { parsedBody: message });
    response.writeHead(status, Object.fromEntries(headers));
    if (body) await pipeline(Readable.fromWeb(body as never), response).catch(() => response.destroy());
    else response.end();
    await handler.close();
  }
}

/** Converts a request without its body, which is already parsed. */
function toWebRequest({ method, originalUrl, headers }: HttpRequest): Request {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return new Request(new URL(originalUrl, 'http://localhost'), { method, headers: given });
}
