import type { INestApplicationContext, Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import {
  KeyInvalid,
  keyLimited,
  KeyMissing,
  ScopeMissing,
  SessionNotAllowed,
} from '../../access/access.errors.js';
import { VERSION } from '../../kernel/config/version.js';
import type { DomainError } from '../../kernel/errors/domain-error.js';
import { SessionNotFound } from '../../sessions/sessions.errors.js';
import { REQUIREMENT, type Requirement } from '../access/requirements.js';
import { ErrorDto } from '../http/error.dto.js';
import { unexpectedErrorBody } from '../http/error-response.js';
import { ProblemDto } from '../http/problem.dto.js';
import { DatabaseUnavailable, InvalidRequest } from '../http/request.errors.js';
import { describeOperation } from './describe-operation.js';
import { HEADERS } from './headers.js';
import { invalidExample } from './invalid-example.js';
import { OPERATION, type OperationInfo } from './operation.js';
import { OPS_OPERATIONS } from './ops-operations.js';
import { shareResponses } from './shared-responses.js';
import type { OperationObject, Paths } from './types.js';
import { WEBHOOKS } from './webhook-operations.js';

const METHODS = ['get', 'post', 'patch', 'delete'] as const;
/** Suffixes of operationIds, in the order of the paths of a route: see sessionRoutes() and linkRoutes(). */
const SUFFIXES = ['', 'OfSession', 'OfNamedSession'];
const REQUEST_ID = 'req-7f3a';

const DESCRIPTION = `Syncs the contacts of WhatsApp accounts to Postgres and serves them.

Each path of the default session also exists below \`/sessions/{session}\`. Unknown values are \`null\`, but \`""\`
in \`/getcontact\` and \`/getcontacts\`. Times are ISO 8601 in UTC. Every error is an ErrorDto with a stable
\`code\`, or a ProblemDto if \`Accept\` prefers \`application/problem+json\`. Every response has an
\`X-Request-Id\`.`;

const TAGS = [
  { name: 'contacts', description: 'The contacts of an account' },
  { name: 'changes', description: 'Changes of an address book, by polling or streaming' },
  { name: 'webhooks', description: 'Changes that are sent to a URL' },
  { name: 'sessions', description: 'Sessions: their state, linking and unlinking' },
  { name: 'keys', description: 'API keys' },
  { name: 'operation', description: 'Probes and metrics' },
];

/** The declarations in the decorators of a handler and of its DTOs. */
interface Handler {
  requirement: Requirement;
  info: OperationInfo;
  /** The message for an invalid request; null if the handler has no validated parameters. */
  invalid: string | null;
}

/** Creates the OpenAPI 3.1 document from types, docstrings, validators and decorators. */
export function createDocument(app: INestApplicationContext): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('whatsapp-contacts')
    .setDescription(DESCRIPTION)
    .setVersion(VERSION)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('.', 'This service')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'A key from POST /keys, or API_KEY' },
      'bearer',
    )
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same key' }, 'header')
    .build();
  const document = SwaggerModule.createDocument(app as never, config, {
    extraModels: [ErrorDto, ProblemDto],
    operationIdFactory: (controller, method) => `${controller}.${method}`,
  });
  describeRoutes(document.paths, handlersOf(app));
  const { components = {}, paths } = sorted({ ...document, paths: { ...document.paths, ...opsPaths() } });
  return {
    ...document,
    tags: TAGS,
    paths,
    components: { ...components, headers: HEADERS, responses: byName(shareResponses(paths)) },
    webhooks: WEBHOOKS,
  };
}

function handlersOf(app: INestApplicationContext): Map<string, Handler> {
  const handlers = new Map<string, Handler>();
  const modules = [...app.get(ModulesContainer).values()];
  for (const { metatype } of modules.flatMap(({ controllers }) => [...controllers.values()])) {
    const controller = metatype as Type;
    const prototype = controller.prototype as Record<string, object>;
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const handler = prototype[name] as object;
      const info = Reflect.getMetadata(OPERATION, handler) as OperationInfo | undefined;
      const requirement = (Reflect.getMetadata(REQUIREMENT, handler) ??
        Reflect.getMetadata(REQUIREMENT, controller)) as Requirement;
      const invalid = info ? invalidExample(prototype, name) : null;
      if (info) handlers.set(`${controller.name}.${name}`, { info, requirement, invalid });
    }
  }
  return handlers;
}

function describeRoutes(paths: Paths, handlers: Map<string, Handler>): void {
  for (const [path, item] of Object.entries(paths)) {
    for (const operation of METHODS.flatMap((method) => item[method] ?? [])) {
      const [, name = '', at = '0'] = /^([^[]+)(?:\[(\d)\])?$/.exec(operation.operationId ?? '') ?? [];
      const handler = handlers.get(name);
      if (!handler) throw new Error(`${name} is not described: add @Operation`);
      const errors = [...errorsOf(path, handler), unexpectedErrorBody(REQUEST_ID)];
      describeOperation(operation, { path, suffix: SUFFIXES[Number(at)] ?? '', ...handler, errors });
    }
  }
}

/** Returns the errors of a route: its own, and those that follow from its scope, its path and its parameters. */
function errorsOf(path: string, { info, invalid, requirement }: Handler): DomainError[] {
  const errors: DomainError[] = [];
  if (requirement !== 'public') {
    errors.push(new KeyMissing(), new KeyInvalid());
    if (requirement.scope)
      errors.push(new ScopeMissing(requirement.scope), new SessionNotAllowed('default', ['sales']));
    errors.push(keyLimited({ limit: 600, remaining: 0, resetSeconds: 42 }));
  }
  if (invalid) errors.push(new InvalidRequest(invalid));
  if (path.includes('{session}')) errors.push(new SessionNotFound('nosuch'));
  return [...errors, ...(info.errors ?? []), new DatabaseUnavailable()];
}

function opsPaths(): Paths {
  return Object.fromEntries(
    Object.entries(OPS_OPERATIONS).map(([path, { summary, requirement, schema, errors = [], ...info }]) => {
      const responses = { 200: { description: summary, content: { 'application/json': { schema } } } };
      const operation: OperationObject = { summary, parameters: [], responses };
      describeOperation(operation, { path, suffix: '', info, requirement, errors });
      return [path, { get: operation }];
    }),
  );
}

/** Makes the document independent of the order of imports, and of the order of union members in the compiler. */
function sorted(document: OpenAPIObject): OpenAPIObject {
  const { components = {}, paths } = JSON.parse(JSON.stringify(document), (name, value: unknown) =>
    name === 'enum' && Array.isArray(value) ? value.toSorted() : value,
  ) as OpenAPIObject;
  // The schema of types that the compiler plugin cannot determine, see parametersOf().
  delete components.schemas?.Object;
  return {
    ...document,
    paths: byName(paths),
    components: { ...components, schemas: byName(components.schemas ?? {}) },
  };
}

function byName<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
