import { may } from '../api/access.js';
import type { Session } from '../api/types.js';
import { Ago } from '../components/ago.jsx';
import { Avatar } from '../components/avatar.jsx';
import { Icon } from '../components/icon.jsx';
import { ErrorNotice, Notice } from '../components/notice.jsx';
import { number, percent } from '../i18n/format.js';
import { t } from '../i18n/language.js';
import { formatPhone } from '../i18n/phone-numbers.js';
import { LinkView } from '../link/link-view.jsx';
import { isLinked, type LiveSession } from '../live/live-session.js';
import { EVERYBODY, to } from '../route.js';
import { FirstSync } from './first-sync.jsx';
import { reasonOf, toneOf } from './session-texts.js';
import { Unlink } from './unlink.jsx';

/** How a session is: what is wrong, what to do, and how to link an account. */
export function Overview({ live }: { live: LiveSession }) {
  const [session, error] = [live.state.value, live.error.value];
  return (
    <main id="content" class="overview">
      {error && !session && <ErrorNotice error={error} />}
      {!session && !error && <p class="empty">{t.common.loading}</p>}
      {session && (
        <>
          <Status session={session} />
          {session.degraded.length > 0 && <Problems session={session} />}
          {isLinked(session) ? (
            <>
              {session.status === 'open' && session.contacts.sync === 'partial' && (
                <FirstSync session={session} />
              )}
              <Account session={session} onUnlinked={() => live.refresh()} />
            </>
          ) : (
            <LinkView session={session} refresh={() => live.refresh()} />
          )}
        </>
      )}
    </main>
  );
}

function Status({ session }: { session: Session }) {
  const reason = reasonOf(session);
  const technical = [session.reason, session.advice].filter(Boolean).join(' ');
  return (
    <section class="status" role="status">
      <h1>
        <span class={`dot ${toneOf(session)}`} />
        {t.status[session.status]}
        <small class="faint">
          <Ago time={session.since} />
        </small>
      </h1>
      {reason ? (
        <Notice tone={toneOf(session)} {...reason} technical={technical}>
          {session.retry_at && (
            <p class="faint">
              {t.nextTry} <Ago time={session.retry_at} />
            </p>
          )}
        </Notice>
      ) : (
        <p class="faint">{isWell(session) && t.well}</p>
      )}
    </section>
  );
}

function isWell({ degraded, contacts }: Session): boolean {
  return degraded.length === 0 && contacts.sync === 'complete';
}

function Problems({ session: { degraded } }: { session: Session }) {
  return (
    <section class="card">
      <h2>{t.degraded.title}</h2>
      {degraded.map(({ code, message, since }) => (
        <Notice key={code} tone="warn" {...t.degraded[code]} technical={message}>
          <p class="faint">
            <Ago time={since} />
          </p>
        </Notice>
      ))}
    </section>
  );
}

function Account({ session, onUnlinked }: { session: Session; onUnlinked: () => void }) {
  const { name, phone, push_name: pushName } = session;
  return (
    <section class="card" aria-label={t.facts.title}>
      <header class="account-head">
        <Avatar path="" name={pushName ?? name} version={null} />
        <div>
          <h2>
            <bdi>{pushName ?? name}</bdi>
          </h2>
          <p class="faint">{phone && formatPhone(phone)}</p>
        </div>
        {may('contacts:read') && (
          <a
            class="button primary"
            href={to({ view: 'contacts', session: name, contact: null, list: EVERYBODY })}
          >
            <Icon name="people" />
            {t.facts.browse}
          </a>
        )}
      </header>
      <Tiles session={session} />
      {may('session:link') && <Unlink session={session} onUnlinked={onUnlinked} />}
    </section>
  );
}

function Tiles({ session: { contacts, profiles } }: { session: Session }) {
  return (
    <dl class="tiles">
      <div>
        <dt>{t.facts.contacts}</dt>
        <dd>{number(contacts.count)}</dd>
        <dd class="faint">{t.facts.contactsHint}</dd>
      </div>
      <div>
        <dt>{t.facts.checked}</dt>
        <dd>{contacts.checked_at ? <Ago time={contacts.checked_at} /> : t.facts.never}</dd>
        <dd class="faint">
          {contacts.repaired > 0 ? t.facts.repaired(contacts.repaired) : t.facts.checkedHint}
        </dd>
      </div>
      <div>
        <dt>{t.facts.profiles}</dt>
        <dd>{profiles.people > 0 ? percent(profiles.fetched / profiles.people) : '–'}</dd>
        <dd class="faint">
          <progress
            value={profiles.fetched}
            max={Math.max(1, profiles.people)}
            aria-label={t.facts.profiles}
          />
          {t.facts.profilesOf(number(profiles.fetched), number(profiles.people))}
          {profiles.paused && (
            <details>
              <summary>{t.facts.paused}</summary>
              <p lang="en" class="technical">
                {profiles.paused}
              </p>
            </details>
          )}
        </dd>
      </div>
    </dl>
  );
}
