import type { OperationObject, Paths, ResponseObject } from './types.js';

interface Use {
  operation: OperationObject;
  status: string;
}

/** Replaces responses that several operations have in common by references. Returns them for `components.responses`. */
export function shareResponses(paths: Paths): Record<string, ResponseObject> {
  const shared: Record<string, ResponseObject> = {};
  for (const [json, uses] of usesOf(paths)) {
    const [first] = uses;
    if (!first || uses.length === 1) continue;
    const response = JSON.parse(json) as ResponseObject;
    const name = nameOf(response, first, shared);
    shared[name] = response;
    for (const { operation, status } of uses)
      operation.responses[status] = { $ref: `#/components/responses/${name}` };
  }
  return shared;
}

/** Returns the uses of each response, by its JSON. */
function usesOf(paths: Paths): Map<string, Use[]> {
  const uses = new Map<string, Use[]>();
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item) as OperationObject[])) {
    for (const [status, response] of Object.entries(operation.responses)) {
      const json = JSON.stringify(response);
      uses.set(json, [...(uses.get(json) ?? []), { operation, status }]);
    }
  }
  return uses;
}

/**
 * Returns a name such as `404.contact_not_found` or `200.listContacts`. Responses with the same codes and other
 * messages also have the operationId of the first use in their name.
 */
function nameOf(
  { content }: ResponseObject,
  { operation: { operationId = '' }, status }: Use,
  taken: object,
): string {
  const isError = Number(status) >= 400;
  const codes = Object.keys(content?.['application/json']?.examples ?? {});
  const name = [status, ...(isError ? codes : [operationId])].join('.');
  return name in taken ? `${name}.${operationId}` : name;
}
