import { Controller, Get, Header, NotFoundException } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { TOKEN_SCOPES } from '../../access/access-tokens.js';
import { Config } from '../../kernel/config/config.js';
import { Public } from '../access/requirements.js';

/** Metadata that leads MCP clients to the authorization server (RFC 9728). */
@Controller('.well-known/oauth-protected-resource')
@ApiExcludeController()
@Public()
export class ProtectedResourceController {
  constructor(private readonly config: Config) {}

  @Get(['', '*path'])
  // Clients in browsers read it from other sites.
  @Header('Access-Control-Allow-Origin', '*')
  describe(): object {
    const { OAUTH_ISSUER, OAUTH_AUDIENCE } = this.config;
    if (!OAUTH_ISSUER || !OAUTH_AUDIENCE)
      throw new NotFoundException(
        'No authorization server is configured. Set OAUTH_ISSUER and OAUTH_AUDIENCE.',
      );
    return {
      resource: OAUTH_AUDIENCE,
      authorization_servers: [OAUTH_ISSUER],
      scopes_supported: TOKEN_SCOPES,
      bearer_methods_supported: ['header'],
      resource_name: 'whatsapp-contacts',
    };
  }
}
