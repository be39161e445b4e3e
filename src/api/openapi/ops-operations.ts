import { KeyInvalid, KeyMissing, ScopeMissing, SessionNotAllowed } from '../../access/access.errors.js';
import type { Requirement } from '../access/requirements.js';
import { DatabaseUnavailable } from '../http/request.errors.js';
import { NotStarted, ProcessStopping } from '../ops/ops.errors.js';
import type { OperationInfo } from './operation.js';

interface OpsOperation extends OperationInfo {
  summary: string;
  requirement: Requirement;
  schema: object;
}

const PROBE = {
  requirement: 'public',
  schema: { type: 'object', properties: { status: { type: 'string', enum: ['ok'] } }, required: ['status'] },
  answer: { status: 'ok' },
} as const;

const NOT_READY = [
  new ProcessStopping(),
  new DatabaseUnavailable('The database cannot be reached.'),
  new NotStarted(),
];

/** The routes that Nest does not serve: those of `api/ops`, and the OpenAPI document. */
export const OPS_OPERATIONS: Readonly<Record<string, OpsOperation>> = {
  '/livez': { ...PROBE, id: 'isAlive', summary: 'Check that the process responds.' },
  '/startupz': {
    ...PROBE,
    id: 'hasStarted',
    summary: 'Check that the process has started.',
    errors: NOT_READY,
  },
  '/readyz': {
    ...PROBE,
    id: 'isReady',
    summary: 'Check that the process has started, is not shutting down, and can use Postgres.',
    errors: NOT_READY,
  },
  '/metrics': {
    id: 'getMetrics',
    summary:
      'Return the metrics of this process in the text format of Prometheus. docs/metrics.md describes them.',
    requirement: { scope: 'metrics:read' },
    schema: { type: 'string' },
    answer: { byType: { 'text/plain': 'whatsapp_contacts_database_up 1\n' } },
    errors: [
      new KeyMissing(),
      new KeyInvalid(),
      new ScopeMissing('metrics:read'),
      new SessionNotAllowed('all', ['sales']),
      new DatabaseUnavailable(),
    ],
  },
  '/api-docs.json': {
    id: 'getApiDocument',
    summary: 'Return this document.',
    requirement: 'public',
    schema: { type: 'object' },
    answer: { openapi: '3.1.0' },
    isConditional: true,
  },
};
