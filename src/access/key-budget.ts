/** The remaining requests of a key in the current window. */
export interface KeyBudget {
  /** Requests per window. */
  limit: number;
  remaining: number;
  /** Time until the next window. */
  resetSeconds: number;
}

export const WINDOW_SECONDS = 60;

/** Name of the only limit that the headers describe. */
const POLICY = '"key"';

/** Returns the response headers of draft-ietf-httpapi-ratelimit-headers-10, which are structured fields (RFC 9651). */
export function rateLimitHeaders({ limit, remaining, resetSeconds }: KeyBudget): Record<string, string> {
  return {
    'RateLimit-Policy': `${POLICY};q=${limit};w=${WINDOW_SECONDS}`,
    RateLimit: `${POLICY};r=${remaining};t=${resetSeconds}`,
  };
}
