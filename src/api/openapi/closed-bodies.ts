import type { OpenAPIObject } from '@nestjs/swagger';
import type { OperationObject } from './types.js';

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  additionalProperties?: boolean;
}

/** Adds `additionalProperties: false` to the schemas of request bodies, because requests reject unknown fields. */
export function closeBodies({ paths, components }: OpenAPIObject): void {
  const schemas = (components?.schemas ?? {}) as Record<string, Schema>;
  const close = (schema: Schema): void => {
    const { $ref, properties, items, allOf = [] } = schema;
    const named = $ref && schemas[$ref.replace('#/components/schemas/', '')];
    if (properties) schema.additionalProperties = false;
    const parts = [named || [], items ?? [], allOf, Object.values(properties ?? {})].flat();
    for (const part of parts) close(part);
  };
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item) as OperationObject[])) {
    const { content = {} } = (operation.requestBody ?? {}) as {
      content?: Record<string, { schema: Schema }>;
    };
    for (const { schema } of Object.values(content)) close(schema);
  }
}
