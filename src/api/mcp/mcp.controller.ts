import { All, Controller, Logger, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { Request as HttpRequest, Response as HttpResponse } from 'express';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Access } from '../../access/access.js';
import { CallerAccess, Needs } from '../access/requirements.js';
import { Config } from '../../kernel/config/config.js';
import { McpOff } from './mcp.errors.js';
import { McpTools } from './mcp-tools.js';

/**
 * The Model Context Protocol over streamable HTTP, without sessions of its own: each request is answered by itself, on whichever
 * replica. It speaks JSON-RPC, which docs/mcp.md describes, and is not part of the API document.
 */
@Controller('mcp')
@ApiExcludeController()
@Needs('contacts:read', { acrossSessions: true })
export class McpController {
  private readonly logger = new Logger(McpController.name);

  constructor(
    private readonly config: Config,
    private readonly tools: McpTools,
  ) {}

  @All()
  async handle(
    @CallerAccess() access: Access,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ): Promise<void> {
    if (!this.config.API_KEY) throw new McpOff();
    const handler = createMcpHandler(() => this.tools.createServer(access), {
      responseMode: 'json',
      // Nothing of it ever changes.
      maxSubscriptions: 0,
      onerror: (error) => this.logger.debug(error.message),
    });
    const { status, headers, body } = await handler.fetch(toWebRequest(request), {
      parsedBody: request.body as unknown,
    });
    response.writeHead(status, Object.fromEntries(headers));
    if (body) await pipeline(Readable.fromWeb(body as never), response).catch(() => response.destroy());
    else response.end();
    await handler.close();
  }
}

/** Without its body, which is parsed already. */
function toWebRequest({ method, originalUrl, headers }: HttpRequest): Request {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return new Request(new URL(originalUrl, 'http://localhost'), { method, headers: given });
}
