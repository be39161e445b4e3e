import { SetMetadata } from '@nestjs/common';
import type { DomainError } from '../../kernel/errors/domain-error.js';
import type { HeaderName, RequestHeaderName } from './headers.js';

export const OPERATION = Symbol('operation');

/** Describes a route for the OpenAPI document, in addition to its types, docstrings and validators. */
export interface OperationInfo {
  /** The operationId: its name in generated clients. */
  id: string;
  /** Example values of path and query parameters. */
  parameters?: Readonly<Record<string, string | number | boolean>>;
  /** Request headers, except those that every conditional request has. */
  requestHeaders?: readonly RequestHeaderName[];
  /** Example of the request body. */
  body?: unknown;
  /** Example of the response body; if it is not JSON, one per content type (null: binary). */
  answer: object | { byType: Readonly<Record<string, string | null>> };
  /** Response headers, except those of every response. */
  headers?: readonly HeaderName[];
  /** Whether the response is 304 when `If-None-Match` contains the current ETag. */
  isConditional?: true;
  /** Errors of this route, except those that follow from its path, its parameters and its scope. */
  errors?: readonly DomainError[];
}

/** Describes a route for the OpenAPI document. */
export const Operation = (info: OperationInfo) => SetMetadata(OPERATION, info);
