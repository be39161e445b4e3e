import { Controller, Get } from '@nestjs/common';
import { Config } from '../../kernel/config/config.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import type { Access } from '../../access/access.js';
import { CallerAccess, NeedsAnyKey } from '../access/requirements.js';
import { SCOPES } from '../../access/scopes.js';
import type { AccessDto } from './access.dto.js';

/** What the caller may do, for programs that show no more than that. */
@Controller('access')
export class AccessController {
  constructor(private readonly config: Config) {}

  /** Show what the key of the request may do. */
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
