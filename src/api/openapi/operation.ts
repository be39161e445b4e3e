import { SetMetadata } from '@nestjs/common';
import type { DomainError } from '../../kernel/errors/domain-error.js';
import type { HeaderName } from './headers.js';

export const OPERATION = Symbol('operation');

/** What the API document says of a route beyond what types, docstrings and validators do. */
export interface OperationInfo {
  /** Its name in generated clients. */
  id: string;
  /** Example values of path and query parameters. */
  parameters?: Readonly<Record<string, string>>;
  /** An example of the body of the request. */
  body?: unknown;
  /** An example of the answer; where it is not JSON, one by content type (null: bytes). */
  answer: object | { byType: Readonly<Record<string, string | null>> };
  /** Headers of the answer, beside those that all have. */
  headers?: readonly HeaderName[];
  /** Whether the answer to who has it already is 304. */
  isConditional?: true;
  /** What may go wrong here, beside what may everywhere; each tells status, code and an example of the message. */
  errors?: readonly DomainError[];
}

/** Describes a route for the API document. */
export const Operation = (info: OperationInfo) => SetMetadata(OPERATION, info);
