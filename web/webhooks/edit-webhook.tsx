import type { TargetedEvent } from 'preact';
import { useState } from 'preact/hooks';
import { api } from '../api/client.js';
import type { ContactField, Webhook } from '../api/types.js';
import { Dialog } from '../components/dialog.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';
import { s } from '../i18n/settings/texts.js';
import { FieldChoice } from './field-choice.jsx';
import { HeaderFields } from './header-fields.jsx';
import { headersOf, type TypedHeader } from './webhook-headers.js';

interface EditProps {
  webhook: Webhook;
  onChanged: () => void;
  onClose: () => void;
}

/** Changes the headers and fields of a webhook. The service does not return the values of headers, so they are replaced. */
export function EditWebhook({ webhook, onChanged, onClose }: EditProps) {
  const { id, url, header_names: names } = webhook;
  const hasHeaders = names === null || names.length > 0;
  const [fields, setFields] = useState<readonly ContactField[] | null>(webhook.fields);
  // Null: unchanged.
  const [typed, setTyped] = useState<readonly TypedHeader[] | null>(hasHeaders ? null : []);
  const [wasSent, setSent] = useState(false);
  const headers = typed && headersOf(typed);
  const isFieldsEmpty = fields?.length === 0;
  const save = useAction(async () => {
    const body = { fields: fields && [...fields], ...(typed && { headers: headers ?? null }) };
    await api.PATCH('/webhooks/{id}', { params: { path: { id } }, body });
    onChanged();
    onClose();
  });
  const submit = (event: TargetedEvent<HTMLFormElement, Event>) => {
    event.preventDefault();
    setSent(true);
    if (headers !== undefined && !isFieldsEmpty) void save.run();
  };
  return (
    <Dialog title={s.webhookDetails.editTitle} onClose={onClose}>
      <form class="form" noValidate onSubmit={submit}>
        <p class="address">
          <bdi>{url}</bdi>
        </p>
        {typed ? (
          <>
            {hasHeaders && <p class="faint">{s.webhookDetails.headersReplaced}</p>}
            <HeaderFields
              headers={typed}
              complaint={wasSent && headers === undefined ? s.webhookDetails.headersInvalid : null}
              onChange={setTyped}
            />
          </>
        ) : (
          <p class="actions">
            <span>
              {s.webhooks.headers}: <code>{names?.join(', ')}</code>
            </span>
            <button type="button" class="chip" onClick={() => setTyped([{ name: '', value: '' }])}>
              {s.webhookDetails.replaceHeaders}
            </button>
          </p>
        )}
        <FieldChoice
          fields={fields}
          complaint={wasSent && isFieldsEmpty ? s.webhookDetails.fieldsEmpty : null}
          onChange={setFields}
        />
        {save.error && <ErrorNotice error={save.error} />}
        <p class="actions">
          <button type="button" onClick={onClose}>
            {t.common.cancel}
          </button>
          <button type="submit" class="primary" disabled={save.isRunning}>
            {t.account.save}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
