import { signOut } from '../api/access.js';
import { Icon } from '../components/icon.jsx';
import { t } from '../i18n/language.js';

/** The key is good, but not for what is shown here. */
export function NotAllowed({ why }: { why: string }) {
  return (
    <main id="content" class="gate">
      <section class="card">
        <h1>
          <Icon name="key" />
          {t.key.scopeTitle}
        </h1>
        <p>{why}</p>
        <p class="actions">
          <button type="button" class="primary" onClick={signOut}>
            {t.key.other}
          </button>
        </p>
      </section>
    </main>
  );
}
