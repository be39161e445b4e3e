import { DomainError } from '../../kernel/errors/domain-error.js';

export class McpOff extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'mcp_off';

  constructor() {
    super(
      'MCP requires API keys. Set API_KEY, restart the service, and create a key for MCP with POST /keys.',
    );
  }
}
