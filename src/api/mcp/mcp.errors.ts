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

/** The arguments of a tool, as far as messages contain them. */
export interface CallContext {
  session: string;
  /** Sessions that the caller can access; null for all. */
  sessions: readonly string[] | null;
}

/** Messages for errors whose own message describes routes, which a language model cannot call. By error code. */
const MESSAGES: Record<string, (context: CallContext) => string> = {
  session_not_found: ({ session, sessions }) =>
    `Session ${JSON.stringify(session)} does not exist. ${optionsOf(sessions)}`,
  session_not_allowed: ({ session, sessions }) =>
    `The API key cannot access the session ${JSON.stringify(session)}. ${optionsOf(sessions)}`,
  no_account_linked: ({ session }) =>
    `No WhatsApp account is linked to the session "${session}". Ask the operator of the service to link one.`,
  invalid_cursor: () =>
    'Invalid cursor: use next_cursor of the previous result of search_people with the same query, or omit it for the ' +
    'first page.',
  changes_gone: () =>
    'The changes after this sequence number are not available. Omit after for the latest changes, or read contacts ' +
    'with search_people.',
};

/** Returns the message of an error for a language model. */
export function messageFor(error: DomainError, context: CallContext): string {
  return MESSAGES[error.code]?.(context) ?? error.message;
}

function optionsOf(sessions: readonly string[] | null): string {
  return sessions ? `Set session to ${sessions.join(' or ')}.` : 'Ask the user for the name of the session.';
}
