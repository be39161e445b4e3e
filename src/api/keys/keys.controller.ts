import { Body, Controller, Delete, Get, Header, Param, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { KeyNotFound, KeysNotInUse } from '../../access/access.errors.js';
import { Needs } from '../access/requirements.js';
import { BasePath } from '../http/base-path.js';
import { IDEMPOTENCY_ERRORS, Idempotent } from '../http/idempotent.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import {
  type CreatedKeyDto,
  CreateKeyRequest,
  type KeyDeletedDto,
  type KeyDto,
  type KeyListDto,
} from './keys.dto.js';
import { KeysService } from './keys.service.js';

const deleted = (id: string, name: string) =>
  `The API key ${id} (${name}) was deleted. No process accepts it anymore.`;

/** Manages API keys in addition to the one in API_KEY. */
@Controller('keys')
@Needs('admin')
export class KeysController {
  constructor(private readonly keys: KeysService) {}

  /** Create an API key. Only this response contains it. */
  @Operation({
    id: 'createKey',
    body: examples.apiKeyRequest,
    answer: examples.createdKey,
    headers: ['Location'],
    errors: [new KeysNotInUse(), ...IDEMPOTENCY_ERRORS],
  })
  @Post()
  @Idempotent()
  @Header('Cache-Control', 'no-store')
  async create(
    @Body() request: CreateKeyRequest,
    @BasePath() basePath: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CreatedKeyDto> {
    const created = await this.keys.create(request);
    response.setHeader('Location', `${basePath}/keys/${created.id}`);
    return created;
  }

  /** List API keys, oldest first. */
  @Operation({ id: 'listKeys', answer: { items: [examples.apiKey] } })
  @Get()
  @Header('Cache-Control', 'no-store')
  async list(): Promise<KeyListDto> {
    return { items: await this.keys.list() };
  }

  /** Get an API key. */
  @Operation({
    id: 'getKey',
    parameters: { id: examples.apiKey.id },
    answer: examples.apiKey,
    errors: [new KeyNotFound('0123456789ab')],
  })
  @Get(':id')
  @Header('Cache-Control', 'no-store')
  get(@Param('id') id: string): Promise<KeyDto> {
    return this.keys.get(id);
  }

  /** Delete an API key. The response is sent when no process accepts the key anymore. */
  @Operation({
    id: 'deleteKey',
    parameters: { id: examples.apiKey.id },
    answer: {
      deleted: true,
      message: deleted('5f0c9b1d2e3a', 'crm'),
    },
    errors: [new KeyNotFound('0123456789ab')],
  })
  @Delete(':id')
  async delete(@Param('id') id: string): Promise<KeyDeletedDto> {
    const name = await this.keys.delete(id);
    return { deleted: true, message: deleted(id, name) };
  }
}
