import type { Request } from 'express';

/** The parts of a layer of Express' router that its types do not contain. */
interface Layer {
  route?: { methods: Readonly<Record<string, boolean>> };
  /** Returns a falsy value if the path does not match. @throws URIError if a parameter cannot be decoded */
  match: (path: string) => unknown;
}

/** Returns the methods of all routes with the path of a request, and OPTIONS; empty if there are none. */
export function allowedMethods({ app, path }: Request): string[] {
  const layers = app.router.stack as unknown as readonly Layer[];
  const routes = layers.filter((layer) => layer.route && layer.match(path));
  const methods = new Set(routes.flatMap(({ route }) => Object.keys(route?.methods ?? {})).map(toName));
  if (methods.has('GET')) methods.add('HEAD');
  return methods.size === 0 ? [] : [...methods, 'OPTIONS'].sort();
}

function toName(method: string): string {
  return method.toUpperCase();
}
