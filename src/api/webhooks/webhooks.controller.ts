import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Res } from '@nestjs/common';
import { ApiExtraModels } from '@nestjs/swagger';
import type { Response } from 'express';
import type { Access } from '../../access/access.js';
import { ChangesGone } from '../../feed/feed.errors.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { TooManyWebhooks, WebhookNotFound } from '../../webhooks/webhooks.errors.js';
import { MAX_WEBHOOKS } from '../../webhooks/webhooks.repository.js';
import { CallerAccess, Needs } from '../access/requirements.js';
import { BasePath } from '../http/base-path.js';
import { IDEMPOTENCY_ERRORS, Idempotent } from '../http/idempotent.js';
import { atBasePath } from '../http/paths-in-text.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import { WebhookPayloadDto } from './webhook-payload.dto.js';
import {
  type CreatedWebhookDto,
  CreateWebhookRequest,
  ReplayWebhookRequest,
  type RotatedSecretDto,
  UpdateWebhookRequest,
  type WebhookAttemptListDto,
  type WebhookDeletedDto,
  type WebhookDto,
  type WebhookListDto,
  type WebhookTestedDto,
} from './webhooks.dto.js';
import { WebhooksService } from './webhooks.service.js';

const { id } = examples.webhook;
const UNKNOWN = new WebhookNotFound('wh_0123456789abcdef');
const GONE = ChangesGone.pruned(examples.change.seq - 2_000, examples.change.seq - 1_000);

/** Manages webhooks, which send the changes of the feed to a URL. */
@Controller('webhooks')
@ApiExtraModels(WebhookPayloadDto)
@Needs('webhooks:manage', { acrossSessions: true })
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  /** Create a webhook. Only this response contains its secret. */
  @Operation({
    id: 'createWebhook',
    body: examples.webhookRequest,
    answer: examples.createdWebhook,
    headers: ['Location'],
    errors: [new NoAccountLinked(), GONE, new TooManyWebhooks(MAX_WEBHOOKS), ...IDEMPOTENCY_ERRORS],
  })
  @Post()
  @Idempotent()
  async create(
    @CallerAccess() access: Access,
    @Body() request: CreateWebhookRequest,
    @BasePath() basePath: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CreatedWebhookDto> {
    const created = await this.webhooks.create(access, request);
    response.setHeader('Location', `${basePath}/webhooks/${created.id}`);
    return atBasePath(basePath, created);
  }

  /** List webhooks, oldest first. A key that is limited to some sessions sees only their webhooks. */
  @Operation({ id: 'listWebhooks', answer: { items: [examples.webhook] } })
  @Get()
  async list(@CallerAccess() access: Access, @BasePath() basePath: string): Promise<WebhookListDto> {
    const items = await this.webhooks.list(access);
    return { items: items.map((webhook) => atBasePath(basePath, webhook)) };
  }

  /** Get a webhook with its state. */
  @Operation({ id: 'getWebhook', parameters: { id }, answer: examples.webhook, errors: [UNKNOWN] })
  @Get(':id')
  async get(
    @CallerAccess() access: Access,
    @Param('id') webhook: string,
    @BasePath() basePath: string,
  ): Promise<WebhookDto> {
    return atBasePath(basePath, await this.webhooks.get(access, webhook));
  }

  /** Update, pause or continue a webhook. */
  @Operation({
    id: 'updateWebhook',
    parameters: { id },
    body: { max_items: 100 },
    answer: examples.webhook,
    errors: [UNKNOWN, GONE],
  })
  @Patch(':id')
  async update(
    @CallerAccess() access: Access,
    @Param('id') webhook: string,
    @Body() request: UpdateWebhookRequest,
    @BasePath() basePath: string,
  ): Promise<WebhookDto> {
    return atBasePath(basePath, await this.webhooks.update(access, webhook, request));
  }

  /** Delete a webhook. */
  @Operation({
    id: 'deleteWebhook',
    parameters: { id },
    answer: { deleted: true, message: `The webhook ${id} is deleted.` },
    errors: [UNKNOWN],
  })
  @Delete(':id')
  async delete(@CallerAccess() access: Access, @Param('id') webhook: string): Promise<WebhookDeletedDto> {
    await this.webhooks.delete(access, webhook);
    return { deleted: true, message: `The webhook ${webhook} is deleted.` };
  }

  /** Continue a paused or disabled webhook immediately, at its last position. */
  @Operation({ id: 'resumeWebhook', parameters: { id }, answer: examples.webhook, errors: [UNKNOWN, GONE] })
  @Post(':id/resume')
  @HttpCode(200)
  async resume(
    @CallerAccess() access: Access,
    @Param('id') webhook: string,
    @BasePath() basePath: string,
  ): Promise<WebhookDto> {
    return atBasePath(basePath, await this.webhooks.resume(access, webhook));
  }

  /** Deliver all changes after a sequence number again, with new IDs. */
  @Operation({
    id: 'replayWebhook',
    parameters: { id },
    body: { after: examples.change.seq },
    answer: examples.webhook,
    errors: [UNKNOWN, new NoAccountLinked(), GONE, ...IDEMPOTENCY_ERRORS],
  })
  @Post(':id/replay')
  @Idempotent()
  @HttpCode(200)
  async replay(
    @CallerAccess() access: Access,
    @Param('id') webhook: string,
    @Body() request: ReplayWebhookRequest,
    @BasePath() basePath: string,
  ): Promise<WebhookDto> {
    return atBasePath(basePath, await this.webhooks.replay(access, webhook, request));
  }

  /** Send a delivery without changes and return the result. */
  @Operation({
    id: 'testWebhook',
    parameters: { id },
    answer: examples.webhookTested,
    errors: [UNKNOWN],
  })
  @Post(':id/test')
  @HttpCode(200)
  test(@CallerAccess() access: Access, @Param('id') webhook: string): Promise<WebhookTestedDto> {
    return this.webhooks.test(access, webhook);
  }

  /** Create a new secret. The previous one also signs deliveries for one day. */
  @Operation({
    id: 'rotateWebhookSecret',
    parameters: { id },
    answer: { secret: examples.createdWebhook.secret, former_until: examples.TIME },
    errors: [UNKNOWN, ...IDEMPOTENCY_ERRORS],
  })
  @Post(':id/rotate')
  @Idempotent()
  @HttpCode(200)
  rotate(@CallerAccess() access: Access, @Param('id') webhook: string): Promise<RotatedSecretDto> {
    return this.webhooks.rotate(access, webhook);
  }

  /** List the last 100 delivery attempts, latest first. */
  @Operation({
    id: 'listWebhookAttempts',
    parameters: { id },
    answer: { items: [examples.webhookAttempt] },
    errors: [UNKNOWN],
  })
  @Get(':id/attempts')
  async listAttempts(
    @CallerAccess() access: Access,
    @Param('id') webhook: string,
  ): Promise<WebhookAttemptListDto> {
    return { items: await this.webhooks.listAttempts(access, webhook) };
  }
}
