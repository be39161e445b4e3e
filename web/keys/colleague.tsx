import type { TargetedEvent } from 'preact';
import { useId, useState } from 'preact/hooks';
import { urlOf } from '../api/client.js';
import type { CreatedApiKey } from '../api/types.js';
import { CopyButton } from '../components/copy-button.jsx';
import { ErrorNotice, Notice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';
import { s } from '../i18n/settings/texts.js';
import { to } from '../route.js';
import type { SessionList } from '../sessions/session-list.js';
import { FocusedHeading } from '../settings/heading.jsx';
import { Option, OptionGroup } from '../settings/options.jsx';
import { Secret } from '../settings/secret.jsx';
import { TextField } from '../settings/text-field.jsx';
import { AccountChoice } from './account-choice.jsx';
import { createKey, isKeyName } from './create-key.js';
import { reachOf } from './reach.js';
import { type Level, LEVELS } from './scopes.js';

const LIST = to({ view: 'keys', page: 'list' });

/** Creates a key for a person who uses the page, in three steps. */
export function Colleague({ list }: { list: SessionList | null }) {
  const [level, setLevel] = useState<Level>('view');
  const [accounts, setAccounts] = useState<readonly string[] | null>(null);
  const [isNaming, setNaming] = useState(false);
  const [name, setName] = useState('');
  const [created, setCreated] = useState<CreatedApiKey | null>(null);
  const step = created ? 2 : isNaming ? 1 : 0;
  return (
    <main id="content" class="settings narrow">
      <ol class="progress-steps">
        {s.colleague.steps.map((label, i) => (
          <li key={label} class={i < step ? 'done' : ''} aria-current={i === step ? 'step' : undefined}>
            {label}
          </li>
        ))}
      </ol>
      {created ? (
        <Result created={created} />
      ) : isNaming ? (
        <NameStep
          level={level}
          accounts={accounts}
          name={name}
          onName={setName}
          onBack={() => setNaming(false)}
          onCreated={setCreated}
        />
      ) : (
        <PermissionStep
          list={list}
          level={level}
          accounts={accounts}
          onLevel={setLevel}
          onAccounts={setAccounts}
          onNext={() => setNaming(true)}
        />
      )}
    </main>
  );
}

interface PermissionProps {
  list: SessionList | null;
  level: Level;
  accounts: readonly string[] | null;
  onLevel: (level: Level) => void;
  onAccounts: (accounts: readonly string[] | null) => void;
  onNext: () => void;
}

function PermissionStep({ list, level, accounts, onLevel, onAccounts, onNext }: PermissionProps) {
  const name = useId();
  const [wasSent, setSent] = useState(false);
  const complaint = accounts?.length === 0 ? s.accounts.empty : null;
  const submit = (event: TargetedEvent<HTMLFormElement, Event>) => {
    event.preventDefault();
    setSent(true);
    if (complaint === null) onNext();
  };
  return (
    <form class="card form" noValidate onSubmit={submit}>
      <FocusedHeading text={s.colleague.title} />
      <OptionGroup legend={s.colleague.what}>
        {(Object.keys(LEVELS) as Level[]).map((each) => (
          <Option
            key={each}
            type="radio"
            name={name}
            {...s.colleague.levels[each]}
            checked={level === each}
            onChange={() => onLevel(each)}
          />
        ))}
      </OptionGroup>
      {list && (
        <AccountChoice
          legend={s.colleague.accounts}
          list={list}
          chosen={accounts}
          complaint={wasSent ? complaint : null}
          onChange={onAccounts}
        />
      )}
      <p class="actions">
        <button type="submit" class="primary">
          {s.colleague.next}
        </button>
        <a class="button" href={LIST}>
          {t.common.cancel}
        </a>
      </p>
    </form>
  );
}

interface NameProps {
  level: Level;
  accounts: readonly string[] | null;
  name: string;
  onName: (name: string) => void;
  onBack: () => void;
  onCreated: (created: CreatedApiKey) => void;
}

function NameStep({ level, accounts, name, onName, onBack, onCreated }: NameProps) {
  const [wasSent, setSent] = useState(false);
  const create = useAction(async () =>
    onCreated(await createKey({ name, scopes: LEVELS[level], sessions: accounts, expiresAt: null })),
  );
  const submit = (event: TargetedEvent<HTMLFormElement, Event>) => {
    event.preventDefault();
    setSent(true);
    if (isKeyName(name)) void create.run();
  };
  return (
    <form class="card form" noValidate onSubmit={submit}>
      <FocusedHeading text={s.colleague.title} />
      <TextField
        label={s.colleague.name}
        hint={s.colleague.nameHint}
        value={name}
        complaint={wasSent && !isKeyName(name) ? s.newKey.nameInvalid : null}
        onInput={onName}
      />
      {create.error && <ErrorNotice error={create.error} />}
      <p class="actions">
        <button type="submit" class="primary" disabled={create.isRunning}>
          {create.isRunning ? s.newKey.busy : s.colleague.create}
        </button>
        <button type="button" onClick={onBack}>
          {t.common.back}
        </button>
      </p>
    </form>
  );
}

function Result({ created: { key, name } }: { created: CreatedApiKey }) {
  const id = useId();
  const address = urlOf('/');
  const reach = reachOf(location);
  const message = s.colleague.text(address, key);
  return (
    <section class="card form">
      <FocusedHeading text={s.colleague.resultTitle(name)} />
      {reach === 'local' && (
        <Notice tone="warn" {...s.colleague.local}>
          <p>{s.colleague.localHow}</p>
        </Notice>
      )}
      {reach === 'plain' && <Notice tone="warn" {...s.colleague.plain} />}
      <p>
        {s.colleague.address}: <bdi class="address">{address}</bdi>
      </p>
      <Secret label={s.newKey.key} text={key} copyLabel={s.newKey.copyKey} once={s.colleague.once} />
      <label for={id}>{s.colleague.message}</label>
      <textarea id={id} readOnly rows={9} value={message} />
      <p class="actions">
        <CopyButton text={message} label={s.colleague.copy} />
        <a class="button" href={LIST}>
          {s.colleague.done}
        </a>
      </p>
    </section>
  );
}
