import { useState } from 'preact/hooks';
import type { Webhook } from '../api/types.js';
import { t } from '../i18n/language.js';
import { s } from '../i18n/settings/texts.js';
import { Fact } from '../settings/fact.jsx';
import { EditWebhook } from './edit-webhook.jsx';
import { RotateSecret } from './rotate-secret.jsx';

/** ID, headers, fields and secret of a webhook, for administrators of the receiver. */
export function WebhookDetails({ webhook, onChanged }: { webhook: Webhook; onChanged: () => void }) {
  const { id, url, header_names: headers, fields } = webhook;
  const [dialog, setDialog] = useState<'edit' | 'rotate' | null>(null);
  const close = () => setDialog(null);
  return (
    <>
      <details>
        <summary>{t.common.details}</summary>
        <dl class="facts">
          <Fact term={s.webhooks.id}>
            <code>{id}</code>
          </Fact>
          {headers && headers.length > 0 && (
            <Fact term={s.webhooks.headers}>
              <code>{headers.join(', ')}</code>
            </Fact>
          )}
          <Fact term={s.webhooks.fields}>
            {fields ? <code>{fields.join(', ')}</code> : s.webhookDetails.allFields}
          </Fact>
        </dl>
        <p class="actions">
          <button type="button" onClick={() => setDialog('edit')}>
            {s.webhookDetails.edit}
          </button>
          <button type="button" onClick={() => setDialog('rotate')}>
            {s.webhookDetails.rotate}
          </button>
        </p>
      </details>
      {dialog === 'edit' && <EditWebhook webhook={webhook} onChanged={onChanged} onClose={close} />}
      {dialog === 'rotate' && <RotateSecret id={id} url={url} onClose={close} />}
    </>
  );
}
