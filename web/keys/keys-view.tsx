import { useEffect, useState } from 'preact/hooks';
import { answer, api } from '../api/client.js';
import { nowMs } from '../api/clock.js';
import { key as ownKey } from '../api/key.js';
import type { ApiKey } from '../api/types.js';
import { Ago } from '../components/ago.jsx';
import { Icon } from '../components/icon.jsx';
import { useReading } from '../components/use-reading.js';
import { dateTime, listed, number } from '../i18n/format.js';
import { t } from '../i18n/language.js';
import { loadPhoneNumbers } from '../i18n/phone-numbers.js';
import { s } from '../i18n/settings/texts.js';
import { to } from '../route.js';
import type { SessionList } from '../sessions/session-list.js';
import { accountLabel } from '../settings/account-label.js';
import { Fact, Words } from '../settings/fact.jsx';
import { ListError } from '../settings/list-error.jsx';
import { RevokeKey } from './revoke-key.jsx';
import { worthListing } from './scopes.js';

/** All API keys, newest first. */
export function KeysView({ list }: { list: SessionList | null }) {
  const { value, error, again } = useReading(() => answer(api.GET('/keys')), []);
  const [revoked, setRevoked] = useState<ApiKey | null>(null);
  useEffect(() => void loadPhoneNumbers(), []);
  return (
    <main id="content" class="settings">
      <header class="view-head">
        <div>
          <h1>{s.keys.title}</h1>
          <p class="faint">{s.keys.intro}</p>
        </div>
        <p class="actions">
          <a class="button primary" href={to({ view: 'keys', page: 'colleague' })}>
            <Icon name="people" />
            {s.colleague.button}
          </a>
          <a class="button" href={to({ view: 'keys', page: 'new' })}>
            <Icon name="plus" />
            {s.keys.create}
          </a>
        </p>
      </header>
      <ListError error={error} list={list} />
      {!value && !error && <p class="empty">{t.common.loading}</p>}
      {value?.items.length === 0 && <p class="empty">{s.keys.none}</p>}
      <ul class="cards">
        {value?.items.toReversed().map((key) => (
          <KeyItem key={key.id} apiKey={key} list={list} onRevoke={() => setRevoked(key)} />
        ))}
      </ul>
      {revoked && (
        <RevokeKey
          apiKey={revoked}
          isOwn={isOwn(revoked)}
          onRevoked={again}
          onClose={() => setRevoked(null)}
        />
      )}
    </main>
  );
}

/** Whether the page uses this key. The text of a key begins with its ID. */
function isOwn({ id }: ApiKey): boolean {
  return ownKey.value?.startsWith(`wac_${id}_`) ?? false;
}

interface ItemProps {
  apiKey: ApiKey;
  list: SessionList | null;
  onRevoke: () => void;
}

function KeyItem({ apiKey, list, onRevoke }: ItemProps) {
  const { id, name, scopes, sessions, expires_at: expiresAt, last_used_at: lastUsedAt } = apiKey;
  const isExpired = expiresAt !== null && Date.parse(expiresAt) <= nowMs.value;
  const accounts = sessions ? listed(sessions.map((each) => accountLabel(each, list))) : s.accounts.all;
  return (
    <li class="card settings-item">
      <header>
        <h2>
          <bdi>{name}</bdi>
        </h2>
        {isExpired && <span class="tag bad">{s.keys.expired}</span>}
        {isOwn(apiKey) && <span class="tag good">{s.keys.inUse}</span>}
        <button type="button" class="danger" aria-label={`${s.keys.revoke}: ${name}`} onClick={onRevoke}>
          {s.keys.revoke}
        </button>
      </header>
      <dl class="facts">
        <Fact term={s.keys.may}>
          <Words words={worthListing(scopes).map((scope) => s.scopes[scope].label)} />
        </Fact>
        <Fact term={s.keys.accounts}>
          <bdi>{accounts}</bdi>
        </Fact>
        <Fact term={s.keys.created}>
          <Ago time={apiKey.created_at} />
        </Fact>
        <Fact term={s.keys.expires}>{expiresAt ? dateTime(expiresAt) : s.keys.never}</Fact>
        <Fact term={s.keys.lastUsed}>{lastUsedAt ? <Ago time={lastUsedAt} /> : s.keys.notUsed}</Fact>
      </dl>
      <details>
        <summary>{t.common.details}</summary>
        <dl class="facts">
          <Fact term={s.keys.scopeNames}>
            <code>{scopes.join(' ')}</code>
          </Fact>
          <Fact term={s.keys.id}>
            <code>{id}</code>
          </Fact>
          {apiKey.requests_per_minute !== null && (
            <Fact term={s.keys.rate}>{s.keys.perMinute(number(apiKey.requests_per_minute))}</Fact>
          )}
        </dl>
      </details>
    </li>
  );
}
