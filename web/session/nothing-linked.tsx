import { may } from '../api/access.js';
import { Icon } from '../components/icon.jsx';
import { t } from '../i18n/language.js';
import { to } from '../route.js';

/** Takes the place of the contacts until an account is linked. */
export function NothingLinked({ session }: { session: string }) {
  return (
    <main id="content" class="gate">
      <section class="card next-step">
        <Icon name="link" />
        <h1>{t.connection.neverLinked}</h1>
        <p class="faint">{may('session:link') ? t.account.linkToSee : t.connection.askToLink}</p>
        {may('session:link') && (
          <p class="actions">
            <a class="button primary" href={to({ view: 'overview', session })}>
              {t.link.title}
            </a>
          </p>
        )}
      </section>
    </main>
  );
}
