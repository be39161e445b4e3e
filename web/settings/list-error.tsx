import type { ApiError } from '../api/api-error.js';
import { ErrorNotice } from '../components/notice.jsx';
import type { SessionList } from '../sessions/session-list.js';

/** Shows why a list cannot be read, unless the banner of the page already shows that nothing can be read. */
export function ListError({ error, list }: { error: ApiError | null; list: SessionList | null }) {
  const isInBanner = list !== null && list.error.value !== null && list.sessions.value !== null;
  return error && !isInBanner ? <ErrorNotice error={error} /> : null;
}
