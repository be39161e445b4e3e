import { Body, Controller, Delete, Get, Header, Param, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Needs } from '../access.js';
import type { CreatedKeyDto, KeyDeletedDto, KeyDto, KeyListDto } from './keys.dto.js';
import { CreateKeyRequest } from './keys.dto.js';
import { KeysService } from './keys.service.js';

/** The keys to this API, beside the one in API_KEY. */
@Controller('keys')
@Needs('admin')
export class KeysController {
  constructor(private readonly keys: KeysService) {}

  /** The key is shown in this answer, and never again. */
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

  @Get()
  @Header('Cache-Control', 'no-store')
  async list(): Promise<KeyListDto> {
    return { items: await this.keys.list() };
  }

  @Get(':id')
  @Header('Cache-Control', 'no-store')
  get(@Param('id') id: string): Promise<KeyDto> {
    return this.keys.get(id);
  }

  /** Answers when no replica takes the key any more. */
  @Delete(':id')
  async delete(@Param('id') id: string): Promise<KeyDeletedDto> {
    const name = await this.keys.delete(id);
    return { deleted: true, message: `The key ${id} (${name}) is deleted. No process takes it any more.` };
  }
}
