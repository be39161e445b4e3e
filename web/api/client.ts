import createClient, { type Middleware } from 'openapi-fetch';
import { ApiError } from './api-error.js';
import { setClock } from './clock.js';
import { keyHeaders } from './key.js';
import type { paths } from './openapi.js';

/** Base address of the service. A proxy can serve the page below a path. */
const BASE = new URL('.', document.baseURI);

export function urlOf(path: string): string {
  return new URL(path.replace(/^\//, ''), BASE).href;
}

const withKey: Middleware = {
  onRequest({ request }) {
    for (const [name, value] of Object.entries(keyHeaders())) request.headers.set(name, value);
    return request;
  },
};

/** The API, typed by its document. */
export const api = createClient<paths>({ baseUrl: BASE.href.replace(/\/$/, ''), fetch: fetchAnswer });
api.use(withKey);

/**
 * Sends a request and returns the response.
 * @throws ApiError for error responses, and if the service is unreachable
 */
export async function answer<T>(request: Promise<{ data?: T; response: Response }>): Promise<T> {
  return (await request).data as T;
}

/** Like fetch() with the key, for what is not JSON. @throws ApiError */
export function request(path: string, init: RequestInit = {}): Promise<Response> {
  return fetchAnswer(new Request(urlOf(path), { ...init, headers: { ...init.headers, ...keyHeaders() } }));
}

async function fetchAnswer(asked: Request): Promise<Response> {
  const response = await fetch(asked).catch((error: unknown) => {
    const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
    if (asked.signal.aborted && !isTimeout) throw error;
    throw new ApiError(0, 'unreachable', String(error));
  });
  setClock(response.headers);
  if (!response.ok) throw await errorOf(response);
  return response;
}

/** A proxy can respond instead of the service, in any format. */
async function errorOf(response: Response): Promise<ApiError> {
  const { status } = response;
  const body: unknown = await response.json().catch(() => null);
  const { code, message } = (body ?? {}) as { code?: string; message?: string };
  return new ApiError(
    status,
    code ?? (status >= 502 ? 'unreachable' : 'unexpected_error'),
    message ?? `HTTP ${status}`,
    Number(response.headers.get('Retry-After')) || null,
  );
}
