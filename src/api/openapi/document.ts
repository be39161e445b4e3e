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
import { UnknownParameter } from '../http/unknown-parameter.js';
import { withBases } from './base-schemas.js';
import { closeBodies } from './closed-bodies.js';
import { describeOperation } from './describe-operation.js';
import { withErrorCodes } from './error-codes.js';
import { withExactTypes } from './exact-types.js';
import { HEADERS, REQUEST_HEADERS } from './headers.js';
import { OPERATION, type OperationInfo } from './operation.js';
import { OPS_OPERATIONS } from './ops-operations.js';
import { shareComponents } from './shared-components.js';
import type { OperationObject, Paths } from './types.js';
import { WEBHOOKS } from './webhook-operations.js';

const METHODS = ['get', 'post', 'patch', 'delete'] as const;
/** Their paths are fixed, so they are documented without a session as well. */
const FIXED_PATHS = ['/getcontact', '/getcontacts'];
const REQUEST_ID = 'req-7f3a';

/** Those of /getcontact, as an example for all operations. */
const INPUT_ERRORS = [
  new UnknownParameter('query', 'phon', ['phone']),
  new InvalidRequest(
    'Invalid phone "+": use a number with country code, for example /getcontact?phone=491701234567 or ' +
      '+49 170 1234567, or a JID, for example 491701234567@s.whatsapp.net.',
  ),
];

const DESCRIPTION = `Syncs the contacts of WhatsApp accounts to Postgres and serves them.

Paths of a session start with \`/sessions/{session}\`. The first session is \`default\`. Its paths also work without
this prefix, for example \`/contacts\`, but only \`/getcontact\` and \`/getcontacts\` are listed twice. Unknown values
are \`null\`, but \`""\` in these two routes. Times are ISO 8601 in UTC. Sequence numbers are integers below 2^53.
Every error is an ErrorDto with a stable \`code\`, or a ProblemDto if \`Accept\` prefers
\`application/problem+json\`. Every response has an \`X-Request-Id\`: that of the request, or a generated one, which log
entries contain. Responses to keys with a limit have the headers \`RateLimit\` and \`RateLimit-Policy\` of 429.`;

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
    .addSecurity('bearer', {
      type: 'http',
      scheme: 'bearer',
      description: 'A key from POST /keys, or API_KEY',
    })
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The same key' }, 'header')
    .build();
  const document = SwaggerModule.createDocument(app as never, config, {
    extraModels: [ErrorDto, ProblemDto],
    operationIdFactory: (controller, method) => `${controller}.${method}`,
  });
  describeRoutes(document.paths, handlersOf(app));
  closeBodies(document);
  const { components = {}, paths } = sorted({ ...document, paths: { ...document.paths, ...opsPaths() } });
  const schemas = withErrorCodes(withBases(withExactTypes(components.schemas ?? {})), paths);
  const parts = shareComponents(paths);
  return {
    ...document,
    tags: TAGS,
    paths,
    components: {
      ...components,
      schemas: byName(schemas),
      ...parts,
      parameters: { ...parts.parameters, ...REQUEST_HEADERS },
      headers: HEADERS,
    },
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
      if (info) handlers.set(`${controller.name}.${name}`, { info, requirement });
    }
  }
  return handlers;
}

/** Describes each handler once, at the last of its paths (see sessionRoutes() and linkRoutes()). Removes the others. */
function describeRoutes(paths: Paths, handlers: Map<string, Handler>): void {
  const lastPaths = new Map<string, string>();
  for (const { path, name } of operationsOf(paths)) lastPaths.set(name, path);
  for (const { path, method, name, operation } of operationsOf(paths)) {
    const handler = handlers.get(name);
    if (!handler) throw new Error(`${name} is not described: add @Operation`);
    const isFixed = FIXED_PATHS.includes(path);
    if (lastPaths.get(name) !== path && !isFixed) {
      delete paths[path]?.[method];
      continue;
    }
    const suffix = FIXED_PATHS.some((fixed) => path.endsWith(fixed)) && !isFixed ? 'OfSession' : '';
    const errors = [...errorsOf(path, handler), unexpectedErrorBody(REQUEST_ID)];
    describeOperation(operation, { path, suffix, ...handler, errors });
  }
}

/** Lists the operations with the names of their handlers, in the order of the paths of each handler. */
function operationsOf(paths: Paths) {
  return Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      const [name = ''] = /^[^[]+/.exec(operation?.operationId ?? '') ?? [];
      return operation ? [{ path, method, name, operation }] : [];
    }),
  );
}

/** Returns the errors of a route: its own, and those that follow from its scope, its path and its parameters. */
function errorsOf(path: string, { info, requirement }: Handler): DomainError[] {
  const errors: DomainError[] = [];
  if (requirement !== 'public') {
    errors.push(new KeyMissing(), new KeyInvalid());
    if (requirement.scope)
      errors.push(new ScopeMissing(requirement.scope), new SessionNotAllowed('default', ['sales']));
    errors.push(keyLimited({ limit: 600, remaining: 0, resetSeconds: 42 }));
  }
  errors.push(...INPUT_ERRORS);
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
    paths: byName(
      Object.fromEntries(Object.entries(paths).filter(([, item]) => Object.keys(item).length > 0)),
    ),
    components: { ...components, schemas: byName(components.schemas ?? {}) },
  };
}

function byName<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
