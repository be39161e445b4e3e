import { Controller, Get } from '@nestjs/common';
import type { Access } from '../../access/access.js';
import { SCOPES } from '../../access/scopes.js';
import { Config } from '../../kernel/config/config.js';
import { CallerAccess, NeedsAnyKey } from '../access/requirements.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import type { AccessDto } from './access.dto.js';

/** Describes the permissions of the caller, so that user interfaces can hide everything else. */
@Controller('access')
export class AccessController {
  constructor(private readonly config: Config) {}

  /** Get the permissions of the API key in the request. */
  @Operation({ id: 'getAccess', answer: examples.access })
  @Get()
  @NeedsAnyKey()
  get(@CallerAccess() access: Access): AccessDto {
    return {
      keys_in_use: this.config.API_KEY !== undefined,
      scopes: SCOPES.filter((scope) => access.has(scope)),
      sessions: access.sessions ? [...access.sessions] : null,
    };
  }
}
