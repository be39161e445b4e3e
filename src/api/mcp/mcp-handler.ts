import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  createMcpHandler,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { Injectable } from '@nestjs/common';
import type { Request as HttpRequest, Response as HttpResponse } from 'express';
import { Log } from '../../kernel/logging/log.js';
import { type McpCaller, McpTools } from './mcp-tools.js';

/** Serves requests with the SDK of the protocol. */
@Injectable()
export class McpHandler {
  private readonly log = new Log(McpHandler.name);

  constructor(private readonly tools: McpTools) {}

  async handle(
    caller: McpCaller,
    request: HttpRequest,
    body: unknown,
    response: HttpResponse,
  ): Promise<void> {
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
