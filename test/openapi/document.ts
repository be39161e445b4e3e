import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Scope } from '../../src/access/scopes.js';

const FILE = new URL('../../docs/openapi.json', import.meta.url);

interface ErrorBody {
  statusCode: number;
  code: string;
  message: string;
}

interface Media<Body = unknown> {
  schema?: object;
  /** By code for errors, otherwise `default`. */
  examples?: Record<string, { value: Body }>;
}

interface Response {
  headers?: Record<string, unknown>;
  content?: Record<string, Media>;
}

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: { type: string; format?: string };
  example?: string | number | boolean;
}

export interface Operation {
  operationId: string;
  parameters: Parameter[];
  requestBody?: { content: Record<string, Media> };
  security?: { bearer?: Scope[] }[];
  responses: Record<string, Response>;
}

export interface Schema {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  $ref?: string;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>> & { schemas: Record<string, Schema> };
}

/** The checked-in OpenAPI document. */
export const checkedIn = JSON.parse(readFileSync(FILE, 'utf8')) as Document;

/** The same, with parameters, responses and examples in place of references to them. */
export const document: Document = { ...checkedIn, paths: withoutReferences(checkedIn.paths) };

function withoutReferences<T>(part: T): T {
  const json = JSON.stringify(part, (_, value: { $ref?: string } | null) => {
    const [, section = '', name = ''] =
      /^#\/components\/(parameters|responses|examples)\/(.+)$/.exec(value?.$ref ?? '') ?? [];
    return name ? checkedIn.components[section]?.[name] : value;
  });
  return JSON.parse(json) as T;
}

/** Returns the example of a success response. */
export function exampleOf({ responses }: Operation, status: number, type = 'application/json'): unknown {
  return responses[status]?.content?.[type]?.examples?.default?.value;
}

/** Returns the documented body of an error; undefined if the document does not contain it. */
export function errorExampleOf(
  { responses }: Operation,
  { status, code }: { status: number; code: string },
): ErrorBody | undefined {
  return responses[status]?.content?.['application/json']?.examples?.[code]?.value as ErrorBody | undefined;
}

/** The parts of a response that the document describes. */
export interface Answered {
  method: string;
  /** With its query. */
  path: string;
  status: number;
  headers: Headers;
  text: string;
}

const templates = Object.keys(document.paths)
  // Paths with fewer parameters first: `/sessions/{session}/qr` before `/sessions/{session}/{id}`.
  .sort((a, b) => a.split('{').length - b.split('{').length)
  .map((path) => ({
    path,
    pattern: new RegExp(`^${path.replace(/\./g, '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`),
  }));

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv, ['date-time', 'int64', 'binary']);
ajv.addSchema(document, 'document');
const validators = new Map<string, ValidateFunction>();

/**
 * Returns the operation of a request; null if the document has none. Paths of the default session are documented
 * with a session.
 */
export function operationFor(method: string, path: string): Operation | null {
  const [bare = ''] = path.split('?');
  const inSession = bare.startsWith('/sessions/') ? bare : `/sessions/default${bare}`;
  // Linking also has a path without `/session`, which is the documented one.
  const paths = [bare, inSession, inSession.replace(/(?<=^\/sessions\/[^/]+)\/session(?=\/)/, '')];
  for (const each of paths) {
    const template = templates.find(({ pattern }) => pattern.test(each));
    const operation =
      template && document.paths[template.path]?.[method === 'HEAD' ? 'get' : method.toLowerCase()];
    if (operation) return operation;
  }
  return null;
}

/** Returns the differences between a response and the document. */
export function differences(answered: Answered): string[] {
  const { method, path, status, headers, text } = answered;
  const operation = operationFor(method, path);
  if (!operation) {
    const isUndocumented = [401, 403, 404, 405, 415, 503].includes(status) || method === 'OPTIONS';
    if (!isUndocumented) return [`${method} ${path} is not in the document, but returns ${status}`];
    return unknownCode(`${method} ${path}`, headers, text);
  }
  const at = `${operation.operationId} ${status}`;
  const response = operation.responses[String(status)];
  if (!response)
    return isEverywhere(status, text)
      ? unknownCode(at, headers, text)
      : [`${at} is not in the document: ${text.slice(0, 300)}`];
  const missing = Object.keys(response.headers ?? {}).filter(
    (name) => !headers.has(name) && !isOptional(name, status),
  );
  const found = missing.map((name) => `${at} lacks the header ${name}`);
  if (method === 'HEAD' || status === 304) return found;
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  // The description documents it for all errors.
  if (status >= 400 && type === 'application/problem+json')
    return [...found, ...unknownCode(at, headers, text)];
  const media = response.content?.[type];
  if (!media) return [...found, `${at} has the type ${type}, which is not in the document`];
  if (type !== 'application/json') return found;
  const body = JSON.parse(text) as { code?: string };
  const selected = /[?&]fields=([^&]*)/.exec(path)?.[1];
  const errors = schemaErrors(at, operation, status, body).filter(
    (error) => selected === undefined || !lacksUnselected(error, selected.split(/,|%2C/)),
  );
  return [...found, ...errors, ...codeErrors(at, media, body)];
}

/** The document describes contacts with all fields, because it cannot express that `fields` selects some. */
function lacksUnselected(error: string, selected: string[]): boolean {
  const name = /must have required property '(\w+)'/.exec(error)?.[1];
  if (name !== undefined) return !selected.includes(name);
  // Follows from the missing fields, where a contact can be null.
  return /\/contact must (be null|match a schema in anyOf)$/.test(error);
}

/** Reports a code that the schema of errors does not contain. `/mcp` has its own errors. */
function unknownCode(at: string, headers: Headers, text: string): string[] {
  if (!headers.get('content-type')?.includes('json') || text === '' || at.endsWith(' /mcp')) return [];
  const { code } = JSON.parse(text) as { code?: unknown };
  const codes = document.components.schemas.ErrorCode?.enum ?? [];
  return typeof code !== 'string' || codes.includes(code)
    ? []
    : [`${at} has the code ${code}, which ErrorCode lacks`];
}

/** Whether the error comes from middleware (body, host, page), or from a process that serves only probes. */
function isEverywhere(status: number, text: string): boolean {
  const refusal =
    /"code":"(body_not_json|body_too_large|host_not_allowed|page_not_allowed|invalid_request)"|ROLE=session serves only/;
  return status >= 400 && refusal.test(text);
}

/**
 * Only keys with a limit have the headers of the limit, and `Retry-After` is absent if waiting does not help. After an
 * early error, the account and its sync state are not known.
 */
function isOptional(name: string, status: number): boolean {
  if (name.startsWith('RateLimit')) return true;
  return (name === 'Contacts-Sync' && status >= 400) || (name === 'Retry-After' && status >= 429);
}

/** Returns the differences between a value and a part of the document, such as `/components/schemas/SessionDto`. */
export function errorsAt(pointer: string, value: unknown): string[] {
  const validate = ajv.compile({ $ref: `document#${pointer}` });
  return validate(value) ? [] : (validate.errors ?? []).map(({ message }) => `${pointer}: ${message}`);
}

function schemaErrors(at: string, operation: Operation, status: number, body: unknown): string[] {
  const path = Object.entries(document.paths).find(([, item]) => Object.values(item).includes(operation));
  const method = Object.entries(path?.[1] ?? {}).find(([, each]) => each === operation)?.[0];
  const pointer = [
    'paths',
    path?.[0] ?? '',
    method ?? '',
    'responses',
    String(status),
    'content',
    'application/json',
    'schema',
  ]
    .map((part) => encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1')))
    .join('/');
  let validate = validators.get(pointer);
  if (!validate) {
    validate = ajv.compile({ $ref: `document#/${pointer}` });
    validators.set(pointer, validate);
  }
  if (validate(body)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${at}: ${instancePath} ${message}`);
}

function codeErrors(at: string, { examples }: Media, { code }: { code?: string }): string[] {
  if (!examples || 'default' in examples || code === undefined || code in examples) return [];
  return /^(body_not_json|invalid_request|host_not_allowed|page_not_allowed)$/.test(code)
    ? []
    : [`${at} has the code ${code}, which is not in the document`];
}
