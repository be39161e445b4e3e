import { Body, Controller, Delete, Get, Header, Param, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Needs } from '../access/requirements.js';
import type { CreatedKeyDto, KeyDeletedDto, KeyDto, KeyListDto } from './keys.dto.js';
import { CreateKeyRequest } from './keys.dto.js';
import { KeysService } from './keys.service.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import { KeyNotFound, KeysNotInUse } from '../../access/access.errors.js';

/** The keys to this API, beside the one in API_KEY. */
@Controller('keys')
@Needs('admin')
export class KeysController {
  constructor(private readonly keys: KeysService) {}

  /** Create a key. It is shown in this answer, and never again. */
  @Operation({
    id: 'createKey',
    body: examples.apiKeyRequest,
    answer: examples.createdKey,
    headers: ['Location'],
    errors: [new KeysNotInUse()],
  })
  @Post()
  @Header('Cache-Control', 'no-store')
  async create(
    @Body() request: CreateKeyRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CreatedKeyDto> {
    const created = await this.keys.create(request);
    response.setHeader('Location', `/keys/${created.id}`);
    return created;
  }

  /** List the keys, the oldest first. */
  @Operation({ id: 'listKeys', answer: { items: [examples.apiKey] } })
  @Get()
  @Header('Cache-Control', 'no-store')
  async list(): Promise<KeyListDto> {
    return { items: await this.keys.list() };
  }

  /** Show one key. */
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

  /** Delete a key. Answers when no replica takes the key any more. */
  @Operation({
    id: 'deleteKey',
    parameters: { id: examples.apiKey.id },
    answer: {
      deleted: true,
      message: 'The key 5f0c9b1d2e3a (crm) is deleted. No process takes it any more.',
    },
    errors: [new KeyNotFound('0123456789ab')],
  })
  @Delete(':id')
  async delete(@Param('id') id: string): Promise<KeyDeletedDto> {
    const name = await this.keys.delete(id);
    return { deleted: true, message: `The key ${id} (${name}) is deleted. No process takes it any more.` };
  }
}
