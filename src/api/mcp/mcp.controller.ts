import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  createMcpHandler,
  INVALID_REQUEST,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request as HttpRequest, Response as HttpResponse } from 'express';
import type { Access } from '../../access/access.js';
import { Config } from '../../kernel/config/config.js';
import { Log } from '../../kernel/logging/log.js';
import { CallerAccess, Needs } from '../access/requirements.js';
import { basePathOf } from '../http/base-path.js';
import { ListResponses } from '../http/list-responses.js';
import { McpOff } from './mcp.errors.js';
import { type McpCaller, McpTools } from './mcp-tools.js';

/**
 * Model Context Protocol over streamable HTTP. It is stateless, so any replica can serve any request. Responses are
 * JSON, never streams, because no tool reports progress. The protocol is JSON-RPC, so the OpenAPI document does not
 * contain this route (see docs/mcp.md).
 */
@Controller('mcp')
@ApiExcludeController()
@Needs('contacts:read', { acrossSessions: true, orAccessToken: true })
export class McpController {
  private readonly log = new Log(McpController.name);

  constructor(
    private readonly config: Config,
    private readonly tools: McpTools,
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
    const web = toWebRequest(request);
    const isLegacy = await isLegacyRequest(web, body);
    await (isLegacy
      ? this.serveLegacy(caller, web, body, response)
      : this.serve(caller, web, body, response));
  }

  /** Serves the revisions of the protocol since 2026-07-28. */
  private async serve(
    caller: McpCaller,
    request: Request,
    body: unknown,
    response: HttpResponse,
  ): Promise<void> {
    const handler = createMcpHandler(() => this.tools.createServer(caller), {
      legacy: 'reject',
      // The tools never change, so there is nothing to subscribe to.
      maxSubscriptions: 0,
      onerror: (err) => this.log.debug({ err }, 'Handling MCP request failed'),
    });
    await send(await handler.fetch(request, { parsedBody: body }), response);
    await handler.close();
  }

  /** Serves earlier revisions. The handler of the SDK would always respond with a stream. */
  private async serveLegacy(
    caller: McpCaller,
    request: Request,
    body: unknown,
    response: HttpResponse,
  ): Promise<void> {
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    const server = this.tools.createServer(caller);
    await server.connect(transport);
    await send(await transport.handleRequest(request, { parsedBody: body }), response);
    await server.close();
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

/** Converts a request without its body, which is already parsed. */
function toWebRequest({ method, originalUrl, headers }: HttpRequest): Request {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  const request = new Request(new URL(originalUrl, 'http://localhost'), { method, headers: given });
  // The SDK requires both types, which not all clients send. The response is always JSON.
  request.headers.set('accept', 'application/json, text/event-stream');
  return request;
}

async function send({ status, headers, body }: Response, response: HttpResponse): Promise<void> {
  response.writeHead(status, Object.fromEntries(headers));
  if (body) await pipeline(Readable.fromWeb(body as never), response).catch(() => response.destroy());
  else response.end();
}
