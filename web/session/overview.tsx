import { may } from '../api/access.js';
import { nowMs } from '../api/clock.js';
import type { Session } from '../api/types.js';
import { Ago } from '../components/ago.jsx';
import { Avatar } from '../components/avatar.jsx';
import { Icon } from '../components/icon.jsx';
import { later } from '../components/later.jsx';
import { ErrorNotice, Notice } from '../components/notice.jsx';
import { number, percent } from '../i18n/format.js';
import { t } from '../i18n/language.js';
import { isLinked, type LiveSession } from '../live/live-session.js';
import { EVERYBODY, to } from '../route.js';
import { obstacleOf } from './connection.js';
import { FirstSync } from './first-sync.jsx';
import { Rename } from './rename.jsx';
import {
  accountDetail,
  accountName,
  reasonOf,
  statusOf,
  technicalOf,
  toneOf,
  wasLinked,
} from './session-texts.js';
import { Unlink } from './unlink.jsx';

/** Accounts are rarely linked. */
const LinkView = later(async () => (await import('../link/link-view.jsx')).LinkView, { isPart: true });

/** How an account is: what is wrong, what to do, and how to link it. */
export function Overview({ live }: { live: LiveSession }) {
  const [session, error] = [live.state.value, live.error.value];
  const refresh = () => live.refresh();
  return (
    <main id="content" class="overview">
      {error && !session && <ErrorNotice error={error} />}
      {!session && !error && <p class="empty">{t.common.loading}</p>}
      {session && (
        <>
          <Heading session={session} onRenamed={refresh} />
          {error ? <LastStatus session={session} /> : <Status session={session} />}
          {session.degraded.length > 0 && <Problems session={session} />}
          {isLinked(session) ? (
            <>
              {session.status === 'open' && session.contacts.sync === 'partial' && (
                <FirstSync session={session} />
              )}
              <Account session={session} onUnlinked={refresh} />
            </>
          ) : (
            <>
              {!error && <LinkView session={session} refresh={refresh} />}
              {wasLinked(session) && <Account session={session} onUnlinked={refresh} />}
            </>
          )}
        </>
      )}
    </main>
  );
}

function Heading({ session, onRenamed }: { session: Session; onRenamed: () => void }) {
  const detail = accountDetail(session);
  return (
    <header class="account-head">
      <Avatar path="" name={accountName(session)} colorBy={session.name} version={null} />
      <div>
        <h1>
          <bdi>{accountName(session)}</bdi>
        </h1>
        {detail && (
          <p class="faint">
            <bdi>{detail}</bdi>
          </p>
        )}
      </div>
      {may('admin') && <Rename session={session} onRenamed={onRenamed} />}
    </header>
  );
}

function Status({ session }: { session: Session }) {
  const obstacle = session.status === 'open' ? null : obstacleOf(session, nowMs.value);
  const reason = reasonOf(session);
  const tone = obstacle?.tone ?? toneOf(session);
  return (
    <section class="status" role="status">
      <h2>
        <span class={`dot ${tone}`} />
        {statusOf(session)}
        <small class="faint">
          <Ago time={session.offline_since ?? session.since} />
        </small>
      </h2>
      {obstacle ? (
        <Notice {...obstacle} title={wasLinked(session) ? obstacle.title : undefined}>
          {session.retry_at && (
            <p class="faint">
              {t.nextTry} <Ago time={session.retry_at} />
            </p>
          )}
        </Notice>
      ) : reason ? (
        <Notice tone={tone} {...reason} technical={technicalOf(session)} />
      ) : (
        isWell(session) && <p class="faint">{t.well}</p>
      )}
    </section>
  );
}

/** The service does not respond, so the status may have changed. */
function LastStatus({ session }: { session: Session }) {
  return (
    <section class="status">
      <h2>
        <span class="dot" />
        {t.connection.lastKnown(statusOf(session))}
      </h2>
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
  return (
    <section class="card" aria-label={t.facts.title}>
      <Tiles session={session} />
      <p class="actions">
        {may('contacts:read') && (
          <a
            class="button primary"
            href={to({ view: 'contacts', session: session.name, contact: null, list: EVERYBODY })}
          >
            <Icon name="people" />
            {t.facts.browse}
          </a>
        )}
        {may('session:link') && isLinked(session) && <Unlink session={session} onUnlinked={onUnlinked} />}
      </p>
    </section>
  );
}

function Tiles({ session: { contacts, profiles } }: { session: Session }) {
  return (
    <dl class="tiles">
      <div>
        <dt>{t.facts.contacts}</dt>
        <dd>{number(contacts.total)}</dd>
        {contacts.count < contacts.total && (
          <dd class="faint">{t.account.withNumber(number(contacts.count))}</dd>
        )}
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
