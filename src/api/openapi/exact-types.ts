import type { Schemas } from './types.js';

interface Schema {
  type?: string | string[];
  format?: string;
  minimum?: number;
  maxItems?: number;
  enum?: (string | null)[];
  description?: string;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  $ref?: string;
}

/** Properties that exceed 32 bits. */
const SEQUENCE_NUMBERS = new Set(['seq', 'next', 'latest', 'after', 'first_seq', 'last_seq']);
const TIMES = /^(at|since|until|timestamp|\w+_at|\w+_until)$/;

/** Enums that become a schema, so that generated clients have one type for each. By the properties that have them. */
const ENUM_NAMES: Readonly<Record<string, string>> = {
  fields: 'ContactField',
  kind: 'ChangeKind',
  kinds: 'ChangeKind',
  level: 'LogLevel',
  reason_code: 'ReasonCode',
  scopes: 'Scope',
  state: 'WebhookState',
  status: 'SessionStatus',
  step: 'PasskeyStep',
};

/**
 * Completes the types of properties by the conventions of this API: all numbers are non-negative integers, names
 * determine which strings are times, and an array of enum values contains each at most once.
 *
 * @returns the schemas, with one for each enum in `ENUM_NAMES`
 */
export function withExactTypes(schemas: Schemas): Schemas {
  const enums: Record<string, Schema> = {};
  for (const { properties = {} } of Object.values(schemas) as Schema[]) {
    for (const [name, property] of Object.entries(properties))
      properties[name] = nameEnum(exact(name, property), ENUM_NAMES[name], enums);
  }
  return { ...schemas, ...(enums as Schemas) };
}

function exact(name: string, schema: Schema): Schema {
  const types = [schema.type ?? []].flat().map((type) => (type === 'number' ? 'integer' : type));
  if (types.length > 0) schema.type = types.length === 1 ? types[0] : types;
  if (types.includes('integer')) {
    schema.minimum ??= 0;
    if (SEQUENCE_NUMBERS.has(name)) schema.format = 'int64';
  }
  if (types.includes('string') && TIMES.test(name)) schema.format = 'date-time';
  if (schema.items?.enum) schema.maxItems = schema.items.enum.length;
  return schema;
}

/** Replaces an enum by a reference. `null` becomes an alternative to it, because many generators reject it in enums. */
function nameEnum(schema: Schema, name: string | undefined, enums: Record<string, Schema>): Schema {
  if (schema.items?.enum) return { ...schema, items: nameEnum(schema.items, name, enums) };
  if (!schema.enum) return schema;
  const { description, enum: all } = schema;
  const values: Schema = { type: 'string', enum: all.filter((value) => value !== null) };
  const isNamed = name !== undefined && isSame((enums[name] ??= values), values);
  const one: Schema = isNamed ? { $ref: `#/components/schemas/${name}` } : values;
  const isNullable = [schema.type].flat().includes('null');
  const alternatives = isNullable
    ? { anyOf: [one, { type: 'null' }] }
    : description && isNamed
      ? { allOf: [one] }
      : one;
  return { ...(description && { description }), ...alternatives };
}

/** Properties with the same name can have some of the values only. Their enum stays in place. */
function isSame({ enum: one }: Schema, { enum: other }: Schema): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
