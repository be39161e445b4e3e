import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkedIn, document, type Schema } from './document.js';

const SOURCES = join(import.meta.dirname, '../../src');
const MAX_BYTES = 150_000;
const MAX_INT32 = 2 ** 31 - 1;
const ISO_TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
/** The only operations that are documented with and without a session. */
const FIXED_PATHS = ['/getcontact', '/getcontacts'];
/** Their only route speaks JSON-RPC, so the document does not contain it. */
const ONLY_MCP = ['authorization_server_unavailable', 'mcp_off'];

const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
const errorCodes = checkedIn.components.schemas.ErrorCode?.enum as string[];

/** A value in an example, and the schemas that describe it. */
interface Leaf {
  at: string;
  value: unknown;
  schemas: Schema[];
}

/** Follows references and alternatives. */
function resolve(schema: Schema): Schema[] {
  const { $ref, allOf = [], anyOf = [] } = schema;
  const name = $ref?.replace('#/components/schemas/', '');
  const referenced = name ? checkedIn.components.schemas[name] : undefined;
  return [schema, ...[...(referenced ? [referenced] : []), ...allOf, ...anyOf].flatMap(resolve)];
}

function leavesOf(at: string, value: unknown, schema: Schema): Leaf[] {
  const schemas = resolve(schema);
  if (Array.isArray(value)) {
    const items = schemas.find((each) => each.items)?.items ?? {};
    return value.flatMap((each) => leavesOf(`${at}[]`, each, items));
  }
  if (typeof value !== 'object' || value === null) return [{ at, value, schemas }];
  const properties = schemas.flatMap((each) => Object.entries(each.properties ?? {}));
  return Object.entries(value).flatMap(([name, each]) => {
    const property = properties.find(([known]) => known === name)?.[1];
    return property ? leavesOf(`${at}.${name}`, each, property) : [];
  });
}

const leaves = operations.flatMap(({ operationId, requestBody, responses }) =>
  [requestBody, ...Object.values(responses)]
    .flatMap((body) => Object.values(body?.content ?? {}))
    .flatMap(({ schema = {}, examples = {} }) =>
      Object.values(examples).flatMap(({ value }) => leavesOf(operationId, value, schema as Schema)),
    ),
);

/** Calls `visit` with every object in the document. */
function visitAll(part: unknown, visit: (schema: Record<string, unknown>) => void): void {
  if (typeof part !== 'object' || part === null) return;
  visit(part as Record<string, unknown>);
  for (const each of Object.values(part)) visitAll(each, visit);
}

function find(isFound: (schema: Record<string, unknown>) => boolean): unknown[] {
  const found: unknown[] = [];
  visitAll(checkedIn, (schema) => isFound(schema) && found.push(schema));
  return found;
}

describe('OpenAPI document', () => {
  it(`has up to ${MAX_BYTES} bytes`, () => {
    expect(Buffer.byteLength(JSON.stringify(checkedIn))).toBeLessThanOrEqual(MAX_BYTES);
  });

  it('lists each operation once, and the fixed paths with and without a session', () => {
    const paths = Object.keys(document.paths);
    const twice = paths.filter((path) => paths.includes(`/sessions/{session}${path}`));
    expect(twice).toEqual(FIXED_PATHS);
    expect(paths).toContain('/sessions/{session}/qr');
    expect(paths).not.toContain('/sessions/{session}/session/qr');
  });

  it('has no numbers without a range and no sequence numbers of 32 bits', () => {
    expect(find(({ type }) => [type].flat().includes('number'))).toEqual([]);
    expect(find(({ type, minimum }) => [type].flat().includes('integer') && minimum === undefined)).toEqual(
      [],
    );
    const large = leaves.filter(({ value }) => typeof value === 'number' && value > MAX_INT32);
    expect(large.map(({ at }) => at)).toContain('listChanges.items[].seq');
    expect(large.filter(({ schemas }) => !schemas.some(({ format }) => format === 'int64'))).toEqual([]);
  });

  it('marks all times', () => {
    const times = leaves.filter(({ value }) => ISO_TIME.test(String(value)));
    expect(times.length).toBeGreaterThan(40);
    expect(times.filter(({ schemas }) => !schemas.some(({ format }) => format === 'date-time'))).toEqual([]);
  });

  it.each([
    ['limit', 'integer', 'listContacts'],
    ['after', 'integer', 'listChanges'],
    ['after', 'integer', 'streamChanges'],
    ['Last-Event-ID', 'integer', 'streamChanges'],
    ['wait', 'integer', 'listChanges'],
    ['compact', 'boolean', 'listChanges'],
    ['photo', 'boolean', 'exportVcards'],
    ['bom', 'boolean', 'exportCsv'],
    ['has_phone', 'boolean', 'listContacts'],
    ['saved', 'boolean', 'exportXlsx'],
    ['is_business', 'boolean', 'listContacts'],
    ['If-None-Match', 'string', 'getPicture'],
  ])('describes %s as %s in %s', (name, type, id) => {
    const { parameters = [] } = operations.find(({ operationId }) => operationId === id) ?? {};
    expect(parameters.find((each) => each.name === name)?.schema.type).toBe(type);
  });

  it.each([
    ['getPicture', 'image/jpeg'],
    ['getQr', 'image/png'],
    ['exportXlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ])('describes the body of %s as binary', (id, type) => {
    const operation = operations.find(({ operationId }) => operationId === id);
    expect(operation?.responses[200]?.content?.[type]?.schema).toEqual({ type: 'string', format: 'binary' });
  });

  it('contains nothing that generators cannot translate', () => {
    expect(find(({ enum: values }) => Array.isArray(values) && values.includes(null))).toEqual([]);
    // Unicode classes need a flag in JavaScript; RE2 of Go and Rust has no lookaheads.
    expect(find(({ pattern }) => /\\p\{|\(\?[=!<]/.test(String(pattern)))).toEqual([]);
    expect(find((schema) => 'bearerFormat' in schema || 'nullable' in schema)).toEqual([]);
  });

  it('contains the code of every error class', () => {
    const codes = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(SOURCES, file), 'utf8'))
      .filter((text) => text.includes('extends DomainError'))
      .flatMap((text) => [...text.matchAll(/readonly code(?: = |: )('[\w' |]+)/g)])
      .flatMap(([, literals = '']) => [...literals.matchAll(/\w+/g)].map(([code]) => code));
    expect(codes.length).toBeGreaterThan(25);
    expect(codes.filter((code) => ![...errorCodes, ...ONLY_MCP].includes(code))).toEqual([]);
  });

  it('has the same error codes as docs/http.md, with the same statuses', () => {
    const rows = readFileSync(new URL('../../docs/http.md', import.meta.url), 'utf8').matchAll(
      /^\| (\d{3}) +\| ((?:`\w+`(?:, )?)+) +\|/gm,
    );
    const inDocs = [...rows].flatMap(([, status = '', codes = '']) =>
      codes.split(', ').map((code) => ({ status, code: code.trim().replaceAll('`', '') })),
    );
    expect([...new Set(inDocs.map(({ code }) => code))].sort()).toEqual([...errorCodes, ...ONLY_MCP].sort());
    const documented = operations.flatMap(({ responses }) =>
      Object.entries(responses).flatMap(([status, { content }]) =>
        Number(status) < 400
          ? []
          : Object.keys(content?.['application/json']?.examples ?? {}).map((code) => ({ status, code })),
      ),
    );
    const isMissing = ({ status, code }: { status: string; code: string }) =>
      !inDocs.some((each) => each.code === code && each.status === status);
    expect(documented.filter(isMissing)).toEqual([]);
  });
});
