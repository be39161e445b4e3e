import { STATUS_CODES } from 'node:http';
import type { Scope } from '../../access/scopes.js';
import type { DomainError } from '../../kernel/errors/domain-error.js';
import type { Requirement } from '../access/requirements.js';
import type { ErrorDto } from '../http/error.dto.js';
import { bodyOf } from '../http/error-response.js';
import { PROBLEM_TYPE } from '../http/problem.js';
import { type HeaderName, headersOf, type RequestHeaderName } from './headers.js';
import type { OperationInfo } from './operation.js';
import type { Examples, OperationObject, ParameterObject, ResponseObject } from './types.js';

const EXAMPLE_SESSION = 'default';

/** The properties of a route that its types, docstrings and validators do not contain. */
export interface RouteDescription {
  path: string;
  /** Appended to the operationId. */
  suffix: string;
  info: OperationInfo;
  requirement: Requirement;
  errors: readonly (DomainError | ErrorDto)[];
}

/** Completes an operation that @nestjs/swagger has created. */
export function describeOperation(operation: OperationObject, route: RouteDescription): void {
  const { path, suffix, info, requirement, errors } = route;
  operation.operationId = `${info.id}${suffix}`;
  operation.tags = [tagOf(path)];
  operation.parameters = [
    ...parametersOf(path, operation.parameters as ParameterObject[], info),
    ...requestHeadersOf(info),
  ];
  if (info.body !== undefined) addBodyExample(operation, info.body);
  describeSuccess(operation, info);
  operation.security = requirement === 'public' ? [] : securityOf(requirement.scope);
  const responses = operation.responses as Record<string, ResponseObject>;
  for (const error of errors) addError(responses, 'kind' in error ? bodyOf(error) : error);
}

function securityOf(scope: Scope | null): OperationObject['security'] {
  const scopes = scope ? [scope] : [];
  return [{ bearer: scopes }, { header: scopes }];
}

function tagOf(path: string): string {
  const part =
    path.split('/').find((each) => each && each !== 'sessions' && !each.startsWith('{')) ?? 'sessions';
  if (/^(get)?contacts?(\.\w+)?$/.test(part)) return 'contacts';
  if (part === 'access') return 'keys';
  if (/^(livez|readyz|startupz|metrics|api-docs\.json)$/.test(part)) return 'operation';
  return part === 'keys' || part === 'changes' || part === 'webhooks' ? part : 'sessions';
}

function parametersOf(
  path: string,
  parameters: ParameterObject[],
  { parameters: examples = {} }: OperationInfo,
): ParameterObject[] {
  const session: ParameterObject = {
    name: 'session',
    in: 'path',
    required: true,
    schema: { type: 'string', pattern: '^[a-z0-9-]{1,40}$' },
  };
  const isMissing = path.includes('{session}') && !parameters.some(({ name }) => name === 'session');
  return [...(isMissing ? [session] : []), ...parameters].map((parameter) => {
    const schema = parameter.schema as Record<string, unknown>;
    // The compiler plugin does not determine the type of a property that has only an initial value.
    delete schema.allOf;
    schema.type ??= 'string';
    const isList = parameter.in === 'query' && schema.type === 'array';
    const example = parameter.name === 'session' ? EXAMPLE_SESSION : examples[parameter.name];
    const { required, ...rest } = parameter;
    const isRequired = parameter.in === 'path' || (required === true && !('default' in schema));
    return {
      ...rest,
      ...(isRequired && { required: true }),
      schema,
      // Values are separated by commas.
      ...(isList && { style: 'form', explode: false }),
      ...(example !== undefined && { example: isList ? String(example).split(',') : example }),
    };
  });
}

function requestHeadersOf({ requestHeaders = [], isConditional }: OperationInfo): { $ref: string }[] {
  const names: RequestHeaderName[] = [
    ...requestHeaders,
    ...(isConditional ? (['If-None-Match'] as const) : []),
  ];
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

/** All bodies have named examples, as errors have one for each code. */
function examplesOf(value: unknown): Examples {
  return { default: { value } };
}

function addBodyExample(operation: OperationObject, example: unknown): void {
  const { content } = operation.requestBody as { content: Record<string, { examples?: Examples }> };
  for (const media of Object.values(content)) media.examples = examplesOf(example);
}

/** Headers of all responses to keys with a limit. The document lists them only where they matter most. */
const LIMIT_HEADERS: readonly HeaderName[] = ['RateLimit-Policy', 'RateLimit'];

function describeSuccess(operation: OperationObject, info: OperationInfo): void {
  const responses = operation.responses as Record<string, ResponseObject>;
  const [status = '200'] = Object.keys(responses);
  const response = responses[status] as ResponseObject;
  const names: HeaderName[] = [...(info.headers ?? []), ...(info.isConditional ? (['ETag'] as const) : [])];
  response.description = STATUS_CODES[status] ?? 'Success';
  response.headers = headersOf(...names);
  if ('byType' in info.answer) response.content = contentByType(info.answer.byType, response);
  else for (const media of Object.values(response.content ?? {})) media.examples = examplesOf(info.answer);
  if (info.isConditional)
    responses['304'] = {
      description: 'Not modified',
      headers: headersOf(...names),
    };
}

function contentByType(
  byType: Readonly<Record<string, string | null>>,
  { content }: ResponseObject,
): ResponseObject['content'] {
  return Object.fromEntries(
    Object.entries(byType).map(([type, example]): [string, object] => {
      if (type === 'application/json')
        return [type, { ...content?.[type], examples: examplesOf(JSON.parse(example ?? 'null')) }];
      return [
        type,
        example === null
          ? { schema: { type: 'string', format: 'binary' } }
          : { schema: { type: 'string' }, examples: examplesOf(example) },
      ];
    }),
  );
}

/** Each error can also be a ProblemDto. Only 500 lists it, because all operations share this response. */
function addError(responses: Record<string, ResponseObject>, body: ErrorDto): void {
  const { statusCode: status, error, code } = body;
  const headers: HeaderName[] = status === 401 ? ['WWW-Authenticate'] : [];
  if (status === 308) headers.push('Location');
  if (status === 429 || status === 503) headers.push('Retry-After');
  if (status === 429) headers.push(...LIMIT_HEADERS);
  const response = (responses[status] ??= {
    description: error,
    headers: headersOf(...headers),
    content: {
      'application/json': { schema: { $ref: '#/components/schemas/ErrorDto' } },
      ...(status === 500 && { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/ProblemDto' } } }),
    },
  });
  const media = response.content?.['application/json'];
  if (media) media.examples = { ...media.examples, [code]: { value: body } };
}
