import { BodyNotJson, ForeignHost, ForeignPage } from '../../access/access.errors.js';
import { REFUSAL_CODES } from '../../sessions/command-refused.js';
import { ROUTER_CODES } from '../http/error.filter.js';
import { MethodNotAllowed } from '../http/http.errors.js';
import type { OperationObject, Paths, ResponseObject, Schemas } from './types.js';

/** Codes of errors that occur before a request reaches its route, and of commands to the session role. */
const EVERYWHERE = [
  ...[
    new ForeignHost('example.com'),
    new ForeignPage(),
    new BodyNotJson(undefined),
    new MethodNotAllowed('PUT', ['GET']),
  ].map(({ code }) => code),
  ...Object.values(ROUTER_CODES),
  ...REFUSAL_CODES,
];

interface ErrorSchema {
  properties: Record<string, object> & { code: { description?: string } };
}

/** Makes the codes of all errors a schema, the type of `code` in both forms of errors. */
export function withErrorCodes(schemas: Schemas, paths: Paths): Schemas {
  return {
    ...schemas,
    ErrorDto: withCode(schemas.ErrorDto as ErrorSchema),
    ProblemDto: withCode(schemas.ProblemDto as ErrorSchema),
    ErrorCode: { type: 'string', enum: errorCodesOf(paths) },
  };
}

function withCode({ properties, ...schema }: ErrorSchema): Schemas[string] {
  const { description } = properties.code;
  const code = { description, allOf: [{ $ref: '#/components/schemas/ErrorCode' }] };
  return { ...schema, properties: { ...properties, code } };
}

/** Lists codes in alphabetical order. The documented errors are instances of their classes. */
function errorCodesOf(paths: Paths): string[] {
  const operations = Object.values(paths).flatMap((item) => Object.values(item) as OperationObject[]);
  const documented = operations.flatMap(({ responses }) =>
    Object.entries(responses)
      .filter(([status]) => Number(status) >= 300)
      .flatMap(([, response]) => codesOf(response as ResponseObject)),
  );
  return [...new Set([...EVERYWHERE, ...documented])].sort();
}

function codesOf({ content }: ResponseObject): string[] {
  return Object.keys(content?.['application/json']?.examples ?? {});
}
