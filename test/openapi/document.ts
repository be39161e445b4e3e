import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';

const FILE = new URL('../../docs/openapi.json', import.meta.url);

interface Media {
  schema?: object;
  example?: unknown;
  examples?: Record<string, { value: { statusCode: number; code: string; message: string } }>;
}

export interface Response {
  headers?: Record<string, unknown>;
  content?: Record<string, Media>;
}

export interface Parameter {
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

/** The API document that is checked in. */
export const document = JSON.parse(readFileSync(FILE, 'utf8')) as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
};

/** An answer, as far as the document speaks of it. */
export interface Answered {
  method: string;
  /** With its query. */
  path: string;
  status: number;
  headers: Headers;
  text: string;
}

const templates = Object.keys(document.paths)
  // What has fewer parameters goes first, as in `/sessions/{session}/qr` and `/contacts/{phone}`.
  .sort((a, b) => a.split('{').length - b.split('{').length)
  .map((path) => ({
    path,
    pattern: new RegExp(`^${path.replace(/\./g, '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`),
  }));

const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(document, 'document');
const validators = new Map<string, ValidateFunction>();

/** @returns the operation that a request is for; null when the document knows none */
export function operationFor(method: string, path: string): Operation | null {
  const [bare = ''] = path.split('?');
  const template = templates.find(({ pattern }) => pattern.test(bare));
  const item = template && document.paths[template.path];
  return item?.[method === 'HEAD' ? 'get' : method.toLowerCase()] ?? null;
}

/** @returns in what the answer differs from the document; empty when in nothing */
export function differences(answered: Answered): string[] {
  const { method, path, status, headers, text } = answered;
  const operation = operationFor(method, path);
  if (!operation) {
    const isTold = [403, 404, 415, 503, 401].includes(status);
    return isTold || method === 'OPTIONS'
      ? []
      : [`${method} ${path} is not in the document, but answers ${status}`];
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
  return [...found, ...schemaErrors(at, operation, status, body), ...codeErrors(at, media, body)];
}

/** What stands before all routes refuses: bodies, hosts, pages, and processes that serve probes alone. */
function isEverywhere(status: number, text: string): boolean {
  const refusal =
    /"code":"(body_not_json|body_too_large|host_not_allowed|page_not_allowed|invalid_request)"|ROLE=session answers/;
  return status >= 400 && refusal.test(text);
}

/** After a failure it may not be known yet whose address book it is; and a version or a name is of what was found. */
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
  if (!examples || code === undefined || code in examples) return [];
  return /^(body_not_json|invalid_request|host_not_allowed|page_not_allowed)$/.test(code)
    ? []
    : [`${at} has the code ${code}, which is not in the document`];
}
