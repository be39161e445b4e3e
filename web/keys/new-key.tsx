import type { TargetedEvent } from 'preact';
import { useState } from 'preact/hooks';
import { serverNowMs } from '../api/clock.js';
import type { CreatedApiKey, Scope } from '../api/types.js';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';
import { s } from '../i18n/settings/texts.js';
import { to } from '../route.js';
import type { SessionList } from '../sessions/session-list.js';
import { FocusedHeading } from '../settings/heading.jsx';
import { Secret } from '../settings/secret.jsx';
import { TextField } from '../settings/text-field.jsx';
import { AccountChoice } from './account-choice.jsx';
import { createKey, isKeyName } from './create-key.js';
import { type Expiry, expiryOf } from './expiry.js';
import { ExpiryChoice } from './expiry-choice.jsx';
import { ScopeChoice } from './scope-choice.jsx';

const LIST = to({ view: 'keys', page: 'list' });

/** Creates a key, and shows it once. */
export function NewKey({ list }: { list: SessionList | null }) {
  const [created, setCreated] = useState<CreatedApiKey | null>(null);
  return (
    <main id="content" class="settings narrow">
      {created ? (
        <section class="card form">
          <FocusedHeading text={s.newKey.createdTitle(created.name)} />
          <Secret label={s.newKey.key} text={created.key} copyLabel={s.newKey.copyKey} once={s.newKey.once} />
          <p class="faint">{s.newKey.usage}</p>
          <p class="actions">
            <a class="button primary" href={LIST}>
              {s.newKey.done}
            </a>
            <a class="button quiet" href="api-docs">
              {s.docs.api}
            </a>
          </p>
        </section>
      ) : (
        <KeyFields list={list} onCreated={setCreated} />
      )}
    </main>
  );
}

interface FieldsProps {
  list: SessionList | null;
  onCreated: (created: CreatedApiKey) => void;
}

function KeyFields({ list, onCreated }: FieldsProps) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>([]);
  const [accounts, setAccounts] = useState<readonly string[] | null>(null);
  const [expiry, setExpiry] = useState<Expiry>('never');
  const [date, setDate] = useState('');
  const [wasSent, setSent] = useState(false);
  const isAdmin = scopes.includes('admin');
  const sessions = isAdmin ? null : accounts;
  const expiresAt = expiryOf(expiry, date, serverNowMs());
  const complaints = {
    name: isKeyName(name) ? null : s.newKey.nameInvalid,
    scopes: scopes.length > 0 ? null : s.newKey.scopesEmpty,
    accounts: sessions?.length === 0 ? s.accounts.empty : null,
    date: expiresAt === undefined ? s.newKey.dateInvalid : null,
  };
  const create = useAction(async (until: string | null) =>
    onCreated(await createKey({ name, scopes, sessions, expiresAt: until })),
  );
  const submit = (event: TargetedEvent<HTMLFormElement, Event>) => {
    event.preventDefault();
    setSent(true);
    const isComplete = Object.values(complaints).every((complaint) => complaint === null);
    if (isComplete && expiresAt !== undefined) void create.run(expiresAt);
  };
  const shown = (complaint: string | null) => (wasSent ? complaint : null);
  return (
    <form class="card form" noValidate onSubmit={submit}>
      <h1>{s.newKey.title}</h1>
      <TextField
        label={s.newKey.name}
        hint={s.newKey.nameHint}
        value={name}
        complaint={shown(complaints.name)}
        onInput={setName}
      />
      <ScopeChoice scopes={scopes} complaint={shown(complaints.scopes)} onChange={setScopes} />
      {isAdmin ? (
        <p class="faint">{s.newKey.accountsAdmin}</p>
      ) : (
        <AccountChoice
          legend={s.newKey.accounts}
          list={list}
          chosen={accounts}
          complaint={shown(complaints.accounts)}
          onChange={setAccounts}
        />
      )}
      <ExpiryChoice
        expiry={expiry}
        date={date}
        complaint={shown(complaints.date)}
        onExpiry={setExpiry}
        onDate={setDate}
      />
      {create.error && <ErrorNotice error={create.error} />}
      <p class="actions">
        <button type="submit" class="primary" disabled={create.isRunning}>
          {create.isRunning ? s.newKey.busy : s.newKey.submit}
        </button>
        <a class="button" href={LIST}>
          {t.common.cancel}
        </a>
      </p>
    </form>
  );
}
