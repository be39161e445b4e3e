import { DomainError } from '../../kernel/errors/domain-error.js';

export class McpOff extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'mcp_off';

  constructor() {
    super(
      'MCP is off while no API keys are in use. Start the service with API_KEY set, and create a key for it.',
    );
  }
}
