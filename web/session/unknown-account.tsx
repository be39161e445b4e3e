import type { ApiError } from '../api/api-error.js';
import { ErrorNotice } from '../components/notice.jsx';
import { t } from '../i18n/language.js';
import { to } from '../route.js';

/** The address names an account that does not exist. */
export function UnknownAccount({ error }: { error: ApiError }) {
  return (
    <main id="content" class="gate">
      <section class="card">
        <ErrorNotice error={error} />
        <p class="actions">
          <a class="button primary" href={to({ view: 'sessions' })}>
            {t.account.showAll}
          </a>
        </p>
      </section>
    </main>
  );
}
