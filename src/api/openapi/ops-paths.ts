import { KeyInvalid, KeyMissing, ScopeMissing, SessionNotAllowed } from '../../access/access.errors.js';
import { STATUS_OF } from '../http/error-status.js';
import { errorBody } from '../http/error.dto.js';
import { HEADERS } from './headers.js';
import type { OperationObject, Paths, ResponseObject } from './types.js';

const HEADER = { 'X-Request-Id': HEADERS['X-Request-Id'] };

/** Routes that stand outside of the framework (src/api/ops), the same in every role; and this document. */
export const OPS_PATHS: Paths = {
  '/livez': probe('isAlive', 'The process answers', null),
  '/startupz': probe(
    'hasStarted',
    'The process has started',
    'The sessions have not started yet. The log says more if this lasts.',
  ),
  '/readyz': probe(
    'isReady',
    'Postgres answers and is migrated, and the process goes on',
    'The database cannot be reached.',
  ),
  '/metrics': {
    get: operation('getMetrics', "Metrics of this process, in Prometheus' text format", {
      security: [{ bearer: ['metrics:read'] }, { header: ['metrics:read'] }],
      responses: {
        200: {
          description: 'docs/metrics.md describes each metric',
          headers: HEADER,
          content: {
            'text/plain': { schema: { type: 'string' }, example: 'whatsapp_contacts_database_up 1\n' },
          },
        },
        ...errors(
          new KeyMissing(),
          new KeyInvalid(),
          new ScopeMissing('metrics:read'),
          new SessionNotAllowed('all', ['sales']),
        ),
        503: unavailable(
          'database_unavailable',
          'The database is not available at the moment. Try again shortly.',
        ),
      },
    }),
  },
  '/api-docs.json': {
    get: operation('getApiDocument', 'This document', {
      responses: {
        200: {
          description: 'OpenAPI 3.1',
          headers: HEADER,
          content: { 'application/json': { schema: { type: 'object' } } },
        },
      },
    }),
  },
};

function operation(
  operationId: string,
  summary: string,
  more: Pick<OperationObject, 'responses'> & Partial<OperationObject>,
): OperationObject {
  return { operationId, summary, tags: ['operation'], parameters: [], security: [], ...more };
}

function probe(operationId: string, summary: string, problem: string | null): { get: OperationObject } {
  const schema = {
    type: 'object',
    properties: { status: { type: 'string', enum: ['ok'] } },
    required: ['status'],
  };
  const responses: OperationObject['responses'] = {
    200: {
      description: summary,
      headers: HEADER,
      content: { 'application/json': { schema, example: { status: 'ok' } } },
    },
    ...(problem && {
      503: unavailable(operationId === 'hasStarted' ? 'not_started' : 'database_unavailable', problem),
    }),
  };
  return { get: operation(operationId, summary, { responses }) };
}

function unavailable(code: string, message: string): ResponseObject {
  const examples: Record<string, { value: unknown }> = { [code]: { value: errorBody(503, code, message) } };
  for (const [other, text] of [
    ['database_unavailable', 'The database cannot be reached.'],
    ['not_started', 'The sessions have not started yet. The log says more if this lasts.'],
    ['stopping', 'This process is stopping. Ask another.'],
  ] as const) {
    examples[other] ??= { value: errorBody(503, other, text) };
  }
  return {
    description: 'Service Unavailable',
    headers: { ...HEADER, 'Retry-After': HEADERS['Retry-After'] },
    content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorDto' }, examples } },
  };
}

function errors(
  ...found: (KeyMissing | KeyInvalid | ScopeMissing | SessionNotAllowed)[]
): Record<string, ResponseObject> {
  const responses: Record<string, ResponseObject> = {};
  for (const { kind, code, message } of found) {
    const status = STATUS_OF[kind];
    const body = errorBody(status, code, message);
    responses[status] ??= {
      description: body.error,
      headers: { ...HEADER, ...(status === 401 && { 'WWW-Authenticate': HEADERS['WWW-Authenticate'] }) },
      content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorDto' }, examples: {} } },
    };
    const examples = responses[status].content?.['application/json']?.examples;
    if (examples) examples[code] = { value: body };
  }
  return responses;
}
