import type { OpenAPIObject } from '@nestjs/swagger';
import type { Example, OperationObject, Paths, ResponseObject } from './types.js';

type Components = NonNullable<OpenAPIObject['components']>;

/** A part of an operation that a reference can replace. */
interface Use {
  part: object;
  name: string;
  /** Makes the name unique if different parts have the same. */
  operationId: string;
  replace: (reference: { $ref: string }) => void;
}

/**
 * Replaces parameters, examples and responses that are used more than once by references, so that generated clients
 * contain them once. Returns the components.
 */
export function shareComponents(paths: Paths): Pick<Components, 'parameters' | 'examples' | 'responses'> {
  const operations = Object.values(paths).flatMap((item) => Object.values(item) as OperationObject[]);
  const share = (section: string, usesOf: (operation: OperationObject) => Use[]) =>
    shared(section, operations.flatMap(usesOf));
  // Examples first: they are parts of responses.
  const examples = share('examples', examplesOf);
  return {
    parameters: share('parameters', parametersOf) as Components['parameters'],
    examples: examples,
    responses: share('responses', responsesOf) as Components['responses'],
  };
}

function shared(section: string, uses: readonly Use[]): Record<string, object> {
  const components: Record<string, object> = {};
  const byPart = new Map<string, Use[]>();
  for (const use of uses) {
    const json = JSON.stringify(use.part);
    byPart.set(json, [...(byPart.get(json) ?? []), use]);
  }
  for (const same of byPart.values()) {
    const [first] = same;
    if (!first || same.length === 1) continue;
    const name = first.name in components ? `${first.name}.${first.operationId}` : first.name;
    components[name] = first.part;
    for (const { replace } of same) replace({ $ref: `#/components/${section}/${name}` });
  }
  return Object.fromEntries(Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function parametersOf({ operationId = '', parameters = [] }: OperationObject): Use[] {
  return parameters.flatMap((part, at) => {
    if ('$ref' in part) return [];
    const replace: Use['replace'] = (reference) => (parameters[at] = reference);
    return [{ part, name: part.name, operationId, replace }];
  });
}

/** Errors are named by their code, other examples by the operation. */
function examplesOf({ operationId = '', requestBody, responses }: OperationObject): Use[] {
  const bodies = [requestBody, ...Object.values(responses)] as Pick<ResponseObject, 'content'>[];
  return bodies
    .flatMap((body) => Object.values(body?.content ?? {}) as { examples?: Record<string, Example> }[])
    .flatMap(({ examples = {} }) =>
      Object.entries(examples).map(([key, part]) => {
        const replace: Use['replace'] = (reference) => (examples[key] = reference);
        return { part, name: key === 'default' ? operationId : key, operationId, replace };
      }),
    );
}

/** Names such as `404.contact_not_found`, by the first code, or `200.listContacts`, by the operation. */
function responsesOf({ operationId = '', responses }: OperationObject): Use[] {
  return Object.entries(responses as Record<string, ResponseObject>).map(([status, part]) => {
    const [code] = Object.keys(part.content?.['application/json']?.examples ?? {});
    const name = `${status}.${Number(status) >= 400 && code ? code : operationId}`;
    const replace: Use['replace'] = (reference) => (responses[status] = reference);
    return { part, name, operationId, replace };
  });
}
