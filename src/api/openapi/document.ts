import type { INestApplicationContext, Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { type Requirement, REQUIREMENT } from '../access/requirements.js';
import {
  KeyInvalid,
  KeyMissing,
  ScopeMissing,
  SessionNotAllowed,
  TooManyRequests,
} from '../../access/access.errors.js';
import type { Scope } from '../../access/scopes.js';
import { VERSION } from '../../kernel/config/version.js';
import type { DomainError } from '../../kernel/errors/domain-error.js';
import { STATUS_OF } from '../http/error-status.js';
import { ErrorDto, errorBody } from '../http/error.dto.js';
import { DatabaseUnavailable, InvalidRequest, UnexpectedError } from '../http/request.errors.js';
import { SessionNotFound } from '../../sessions/sessions.errors.js';
import { HEADERS, type HeaderName } from './headers.js';
import { invalidExample } from './invalid-example.js';
import { OPERATION, type OperationInfo } from './operation.js';
import { OPS_PATHS } from './ops-paths.js';
import { WEBHOOKS } from './webhook-operations.js';
import type { OperationObject, ParameterObject, ResponseObject } from './types.js';

const METHODS = ['get', 'post', 'patch', 'delete'] as const;
/** Of the paths of one route: the default session's, a session's, and a session's by a longer path. */
const SUFFIXES = ['', 'OfSession', 'OfNamedSession'];
const EXAMPLE_SESSION = 'default';
const REQUEST_ID = 'req-7f3a';

const DESCRIPTION = `Keeps the address books of WhatsApp accounts in Postgres and serves them.

Each route of the default session exists once more below \`/sessions/{session}\`. Unknown is \`null\`, but \`""\` in \`/getcontact\` and
\`/getcontacts\`. Times are ISO 8601 in UTC. Every error is an ErrorDto with a stable \`code\`, and every answer has an \`X-Request-Id\`.`;

const TAGS = [
  { name: 'contacts', description: 'The people in an address book' },
  { name: 'changes', description: 'What has changed in an address book: polled or streamed' },
  { name: 'webhooks', description: 'Changes that are sent to a URL' },
  { name: 'sessions', description: 'Links to WhatsApp: their state, and how to make and end them' },
  { name: 'keys', description: 'Keys to this API' },
  { name: 'operation', description: 'Probes and metrics' },
];

/** What a handler declares by its decorators. */
interface Handler {
  requirement: Requirement;
  info: OperationInfo;
  /** What callers are told of a request that is not of its form; null when it cannot be. */
  invalid: string | null;
}

/** The API document, OpenAPI 3.1: of types, docstrings and validators of the DTOs, and of what the routes declare. */
export function createDocument(app: INestApplicationContext): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('whatsapp-contacts')
    .setDescription(DESCRIPTION)
    .setVersion(VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'A key of POST /keys, or API_KEY' },
      'bearer',
    )
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same key' }, 'header')
    .build();
  const handlers = handlersOf(app);
  const document = SwaggerModule.createDocument(app as never, config, {
    extraModels: [ErrorDto],
    operationIdFactory: (controller, method) => `${controller}.${method}`,
  });
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation) complete(path, operation, handlers);
    }
  }
  document.paths = { ...document.paths, ...OPS_PATHS };
  return { ...sorted(document), webhooks: WEBHOOKS };
}

function handlersOf(app: INestApplicationContext): Map<string, Handler> {
  const modules = [...app.get(ModulesContainer).values()];
  const controllers = modules.flatMap(({ controllers: found }) => [...found.values()]);
  return new Map(
    controllers.flatMap(({ metatype }) => {
      const prototype = (metatype as Type).prototype as Record<string, object>;
      return Object.getOwnPropertyNames(prototype).flatMap((name): [string, Handler][] => {
        const handler = prototype[name] as object;
        const info = Reflect.getMetadata(OPERATION, handler) as OperationInfo | undefined;
        const requirement = (Reflect.getMetadata(REQUIREMENT, handler) ??
          Reflect.getMetadata(REQUIREMENT, metatype as Type)) as Requirement;
        return info
          ? [
              [
                `${(metatype as Type).name}.${name}`,
                { info, requirement, invalid: invalidExample(prototype, name) },
              ],
            ]
          : [];
      });
    }),
  );
}

function complete(path: string, operation: OperationObject, handlers: Map<string, Handler>): void {
  const [, name = '', at = '0'] = /^([^[]+)(?:\[(\d)\])?$/.exec(operation.operationId ?? '') ?? [];
  const handler = handlers.get(name);
  if (!handler) throw new Error(`${name} is not described: add @Operation`);
  const { info, requirement } = handler;
  operation.operationId = `${info.id}${SUFFIXES[Number(at)]}`;
  operation.tags = [
    path.split('/').find((part) => part && part !== 'sessions' && !part.startsWith('{')) ?? 'sessions',
  ].map(tagOf);
  operation.parameters = parametersOf(path, operation.parameters as ParameterObject[], info);
  if (info.body) exemplify(operation, info.body);
  describeAnswer(operation, info);
  if (requirement !== 'public') operation.security = securityOf(requirement.scope);
  describeErrors(operation, errorsOf(path, handler));
}

function securityOf(scope: Scope | null): OperationObject['security'] {
  const scopes = scope ? [scope] : [];
  return [{ bearer: scopes }, { header: scopes }];
}

function tagOf(part: string): string {
  if (/^(get)?contacts?(\.\w+)?$/.test(part)) return 'contacts';
  if (part === 'access') return 'keys';
  if (part === 'keys' || part === 'changes' || part === 'webhooks') return part;
  return 'sessions';
}

function parametersOf(
  path: string,
  parameters: ParameterObject[],
  { parameters: examples = {} }: OperationInfo,
): ParameterObject[] {
  const missing: ParameterObject[] =
    path.includes('{session}') && !parameters.some(({ name }) => name === 'session')
      ? [
          {
            name: 'session',
            in: 'path',
            required: true,
            schema: { type: 'string', pattern: '^[a-z0-9-]{1,40}$' },
          },
        ]
      : [];
  return [...missing, ...parameters].map((parameter) => {
    const schema = parameter.schema as Record<string, unknown>;
    // swc and tsc alike tell no type of a property that only has a value.
    delete schema.allOf;
    schema.type ??= 'string';
    const value = parameter.name === 'session' ? EXAMPLE_SESSION : examples[parameter.name];
    const required = parameter.in === 'path' || (parameter.required === true && !('default' in schema));
    return {
      ...parameter,
      required,
      schema: schema,
      ...(value !== undefined && { example: value }),
    };
  });
}

function exemplify(operation: OperationObject, example: unknown): void {
  const { content } = operation.requestBody as { content: Record<string, { example?: unknown }> };
  for (const media of Object.values(content)) media.example = example;
}

function describeAnswer(operation: OperationObject, info: OperationInfo): void {
  const responses = operation.responses as Record<string, ResponseObject>;
  const [status = '200'] = Object.keys(responses);
  const response = responses[status] as ResponseObject;
  response.description = operation.summary ?? 'Done';
  response.headers = headersOf(...(info.headers ?? []), ...(info.isConditional ? (['ETag'] as const) : []));
  if ('byType' in info.answer) response.content = contentByType(info.answer.byType, response);
  else for (const media of Object.values(response.content ?? {})) media.example = info.answer;
  if (info.isConditional)
    responses['304'] = {
      description: 'The caller has it already',
      headers: headersOf('ETag', ...(info.headers ?? [])),
    };
}

function contentByType(
  byType: Record<string, string | null>,
  response: ResponseObject,
): ResponseObject['content'] {
  return Object.fromEntries(
    Object.entries(byType).map(([type, example]): [string, object] => {
      if (type === 'application/json')
        return [type, { ...response.content?.[type], example: JSON.parse(example ?? 'null') as unknown }];
      return [type, example === null ? { schema: {} } : { schema: { type: 'string' }, example }];
    }),
  );
}

/** What may go wrong: what the route says, and what follows from its access, its path and its parameters. */
function errorsOf(path: string, { info, invalid, requirement }: Handler): DomainError[] {
  return [
    ...(requirement === 'public'
      ? []
      : [
          new KeyMissing(),
          new KeyInvalid(),
          ...(requirement.scope
            ? [new ScopeMissing(requirement.scope), new SessionNotAllowed('default', ['sales'])]
            : []),
          new TooManyRequests('key_limited', 'The API key may send 600 requests a minute, and has.', 42),
        ]),
    ...(invalid ? [new InvalidRequest(invalid)] : []),
    ...(path.includes('{session}') ? [new SessionNotFound('nosuch')] : []),
    ...(info.errors ?? []),
    new DatabaseUnavailable(),
  ];
}

function describeErrors(operation: OperationObject, errors: DomainError[]): void {
  const responses = operation.responses as Record<string, ResponseObject>;
  for (const error of errors) addError(responses, STATUS_OF[error.kind], error.code, error.message);
  addError(responses, 500, 'unexpected_error', new UnexpectedError(REQUEST_ID).message);
}

function addError(
  responses: Record<string, ResponseObject>,
  status: number,
  code: string,
  message: string,
): void {
  const { error } = errorBody(status, code, message);
  const response = (responses[status] ??= {
    description: error,
    headers: headersOf(
      ...(status === 401 ? (['WWW-Authenticate'] as const) : []),
      ...(status === 429 || status === 503 ? (['Retry-After'] as const) : []),
    ),
    content: { 'application/json': { schema: { $ref: '#/components/schemas/ErrorDto' }, examples: {} } },
  });
  const examples = response.content?.['application/json']?.examples;
  if (examples) examples[code] = { value: errorBody(status, code, message) };
}

function headersOf(...names: HeaderName[]): ResponseObject['headers'] {
  return Object.fromEntries(['X-Request-Id' as const, ...names].map((name) => [name, HEADERS[name]]));
}

/** So that the order of imports, and that in which the compiler meets the members of a union, change nothing. */
function sorted(document: OpenAPIObject): OpenAPIObject {
  const byName = <T>(record: Record<string, T>) =>
    Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
  const { components = {}, paths } = JSON.parse(JSON.stringify(document), (name, value: unknown) =>
    name === 'enum' && Array.isArray(value) ? value.toSorted() : value,
  ) as OpenAPIObject;
  // What stands for a type that is not told; see parametersOf().
  delete components.schemas?.Object;
  return {
    ...document,
    tags: TAGS,
    paths: byName(paths),
    components: { ...components, schemas: byName(components.schemas ?? {}) },
  };
}
