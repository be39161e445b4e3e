import type { Schemas } from './types.js';

interface ObjectSchema {
  properties?: Record<string, object>;
  required?: string[];
}

/** DTOs that extend another DTO. The compiler plugin repeats the inherited properties in their schemas. */
const BASES: Readonly<Record<string, string>> = {
  CreatedKeyDto: 'KeyDto',
  NamedSessionDto: 'SessionDto',
  CreatedWebhookDto: 'WebhookDto',
};

/** Replaces the properties that a schema has from its base by a reference. */
export function withBases(schemas: Schemas): Schemas {
  const extended = Object.entries(BASES).map(([name, base]) => {
    const inherited = (schemas[base] as ObjectSchema).properties ?? {};
    const { properties = {}, required = [], ...rest } = schemas[name] as ObjectSchema;
    const own = ([key]: [string, unknown]) => !Object.hasOwn(inherited, key);
    const added = {
      ...rest,
      properties: Object.fromEntries(Object.entries(properties).filter(own)),
      required: required.filter((key) => own([key, null])),
    };
    return [name, { allOf: [{ $ref: `#/components/schemas/${base}` }, added] }];
  });
  return { ...schemas, ...(Object.fromEntries(extended) as Schemas) };
}
