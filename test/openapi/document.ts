import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

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
  in: 'path' | 'query';
  required?: boolean;
  example?: string;
}

export interface Operation {
  operationId: string;
  parameters: Parameter[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Response>;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { responses: Record<string, Response> };
}

/** The checked-in OpenAPI document. */
export const checkedIn = JSON.parse(readFileSync(FILE, 'utf8')) as Document;

/** The same, with responses in place of references to them. */
export const document: Document = { ...checkedIn, paths: structuredClone(checkedIn.paths) };
for (const { responses } of Object.values(document.paths).flatMap((item) => Object.values(item))) {
  for (const [status, response] of Object.entries(responses)) {
    const { $ref } = response as { $ref?: string };
    const shared = $ref && document.components.responses[$ref.replace('#/components/responses/', '')];
    if (shared) responses[status] = shared;
  }
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
ajv.addSchema(document, 'document');
const validators = new Map<string, ValidateFunction>();

/** Returns the operation of a request; null if the document has none. */
export function operationFor(method: string, path: string): Operation | null {
  const [bare = ''] = path.split('?');
  const template = templates.find(({ pattern }) => pattern.test(bare));
  const item = template && document.paths[template.path];
  return item?.[method === 'HEAD' ? 'get' : method.toLowerCase()] ?? null;
}

/** Returns the differences between a response and the document. */
export function differences(answered: Answered): string[] {
  const { method, path, status, headers, text } = answered;
  const operation = operationFor(method, path);
  if (!operation) {
    const isUndocumented = [401, 403, 404, 415, 503].includes(status) || method === 'OPTIONS';
    return isUndocumented ? [] : [`${method} ${path} is not in the document, but returns ${status}`];
  }
  const at = `${operation.operationId} ${status}`;
  const response = operation.responses[String(status)];
  if (!response)
    return isEverywhere(status, text) ? [] : [`${at} is not in the document: ${text.slice(0, 300)}`];
  const missing = Object.keys(response.headers ?? {}).filter(
    (name) => !headers.has(name) && !isOptional(name, status),
  );
  const found = missing.map((name) => `${at} lacks the header ${name}`);
  if (method === 'HEAD' || status === 304) return found;
  const type = headers.get('content-type')?.split(';')[0] ?? '';
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

/** Whether the error comes from middleware (body, host, page), or from a process that serves only probes. */
function isEverywhere(status: number, text: string): boolean {
  const refusal =
    /"code":"(body_not_json|body_too_large|host_not_allowed|page_not_allowed|invalid_request)"|ROLE=session serves only/;
  return status >= 400 && refusal.test(text);
}

/** After an early error, the account and its sync state are not known. */
function isOptional(name: string, status: number): boolean {
  return name === 'Contacts-Sync' && status >= 400;
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
