import type { TargetedEvent } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import { access } from '../api/access.js';
import { answer, api } from '../api/client.js';
import type { ChangeKind, ContactField, CreatedWebhook } from '../api/types.js';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';
import { loadPhoneNumbers } from '../i18n/phone-numbers.js';
import { s } from '../i18n/settings/texts.js';
import { to } from '../route.js';
import type { SessionList } from '../sessions/session-list.js';
import { accountLabel } from '../settings/account-label.js';
import { FocusedHeading } from '../settings/heading.jsx';
import { Secret } from '../settings/secret.jsx';
import { TextField } from '../settings/text-field.jsx';
import { FieldChoice } from './field-choice.jsx';
import { HeaderFields } from './header-fields.jsx';
import { KindChoice } from './kind-choice.jsx';
import { headersOf, type TypedHeader } from './webhook-headers.js';
import { isWebhookUrl } from './webhook-url.js';

const LIST = to({ view: 'webhooks', page: 'list' });

/** Creates a webhook, and shows its secret once. */
export function NewWebhook({ list }: { list: SessionList | null }) {
  const [created, setCreated] = useState<CreatedWebhook | null>(null);
  return (
    <main id="content" class="settings narrow">
      {created ? (
        <section class="card form">
          <FocusedHeading text={s.newWebhook.createdTitle} />
          <p class="address">
            <bdi>{created.url}</bdi>
          </p>
          <Secret
            label={s.newWebhook.secret}
            text={created.secret}
            copyLabel={s.newWebhook.copySecret}
            once={s.newWebhook.once}
          />
          <p class="faint">{s.webhooks.docs}</p>
          <p class="actions">
            <a class="button primary" href={LIST}>
              {s.newWebhook.done}
            </a>
          </p>
        </section>
      ) : (
        <WebhookFields list={list} onCreated={setCreated} />
      )}
    </main>
  );
}

interface FieldsProps {
  list: SessionList | null;
  onCreated: (created: CreatedWebhook) => void;
}

function WebhookFields({ list, onCreated }: FieldsProps) {
  const [url, setUrl] = useState('');
  // A key for some sessions can create webhooks for one of them only.
  const [session, setSession] = useState<string | null>(access.value?.sessions?.[0] ?? null);
  const [kinds, setKinds] = useState<readonly ChangeKind[] | null>(null);
  const [typed, setTyped] = useState<readonly TypedHeader[]>([]);
  const [fields, setFields] = useState<readonly ContactField[] | null>(null);
  const [isOpen, setOpen] = useState(false);
  const [wasSent, setSent] = useState(false);
  const urlComplaint = isWebhookUrl(url.trim()) ? null : s.newWebhook.urlInvalid;
  const kindsComplaint = kinds?.length === 0 ? s.newWebhook.kindsEmpty : null;
  const headers = headersOf(typed);
  const headersComplaint = headers === undefined ? s.webhookDetails.headersInvalid : null;
  const fieldsComplaint = fields?.length === 0 ? s.webhookDetails.fieldsEmpty : null;
  const isComplete = [urlComplaint, kindsComplaint, headersComplaint, fieldsComplaint].every(
    (complaint) => complaint === null,
  );
  const create = useAction(async () => {
    const body = {
      url: url.trim(),
      session,
      kinds: kinds && [...kinds],
      headers: headers ?? null,
      fields: fields && [...fields],
    };
    onCreated(await answer(api.POST('/webhooks', { body })));
  });
  const submit = (event: TargetedEvent<HTMLFormElement, Event>) => {
    event.preventDefault();
    setSent(true);
    if (headersComplaint !== null || fieldsComplaint !== null) setOpen(true);
    if (isComplete) void create.run();
  };
  return (
    <form class="card form" noValidate onSubmit={submit}>
      <h1>{s.newWebhook.title}</h1>
      <TextField
        label={s.newWebhook.url}
        hint={s.newWebhook.urlHint}
        type="url"
        value={url}
        complaint={wasSent ? urlComplaint : null}
        onInput={setUrl}
      />
      <SessionField list={list} session={session} onChange={setSession} />
      <KindChoice kinds={kinds} complaint={wasSent ? kindsComplaint : null} onChange={setKinds} />
      <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>{t.common.details}</summary>
        <HeaderFields headers={typed} complaint={wasSent ? headersComplaint : null} onChange={setTyped} />
        <FieldChoice fields={fields} complaint={wasSent ? fieldsComplaint : null} onChange={setFields} />
      </details>
      {create.error && <ErrorNotice error={create.error} />}
      <p class="actions">
        <button type="submit" class="primary" disabled={create.isRunning}>
          {create.isRunning ? s.newWebhook.busy : s.newWebhook.submit}
        </button>
        <a class="button" href={LIST}>
          {t.common.cancel}
        </a>
      </p>
    </form>
  );
}

interface SessionFieldProps {
  list: SessionList | null;
  /** Null for all. */
  session: string | null;
  onChange: (session: string | null) => void;
}

function SessionField({ list, session, onChange }: SessionFieldProps) {
  const id = useId();
  const allowed = access.value?.sessions ?? null;
  const names = allowed ?? list?.sessions.value?.map(({ name }) => name) ?? [];
  useEffect(() => void loadPhoneNumbers(), []);
  return (
    <div class="field">
      <label for={id}>{s.newWebhook.account}</label>
      <select id={id} value={session ?? ''} onChange={(event) => onChange(event.currentTarget.value || null)}>
        {!allowed && <option value="">{s.accounts.all}</option>}
        {names.map((name) => (
          <option key={name} value={name}>
            {accountLabel(name, list)}
          </option>
        ))}
      </select>
      {list?.hasMore.value && (
        <button type="button" class="chip" onClick={() => list.more()}>
          {s.accounts.more}
        </button>
      )}
    </div>
  );
}
