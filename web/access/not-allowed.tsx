import { signOut } from '../api/access.js';
import type { Scope } from '../api/types.js';
import { Icon } from '../components/icon.jsx';
import { t } from '../i18n/language.js';

export function MissingScope({ scope }: { scope: Scope }) {
  return <NotAllowed why={t.key.scope} technical={`Missing scope: ${scope}`} />;
}

/** The key is good, but not for what is shown here. */
export function NotAllowed({ why, technical = null }: { why: string; technical?: string | null }) {
  return (
    <main id="content" class="gate">
      <section class="card">
        <h1>
          <Icon name="key" />
          {t.key.scopeTitle}
        </h1>
        <p>{why}</p>
        {technical && (
          <details>
            <summary>{t.common.details}</summary>
            <p lang="en" class="technical">
              {technical}
            </p>
          </details>
        )}
        <p class="actions">
          <button type="button" class="primary" onClick={signOut}>
            {t.key.other}
          </button>
        </p>
      </section>
    </main>
  );
}
