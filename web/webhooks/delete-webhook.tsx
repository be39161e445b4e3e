import { api } from '../api/client.js';
import type { Webhook } from '../api/types.js';
import { Dialog } from '../components/dialog.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';
import { s } from '../i18n/settings/texts.js';

interface DeleteProps {
  webhook: Webhook;
  onDeleted: () => void;
  onClose: () => void;
}

export function DeleteWebhook({ webhook: { id, url }, onDeleted, onClose }: DeleteProps) {
  const remove = useAction(async () => {
    await api.DELETE('/webhooks/{id}', { params: { path: { id } } });
    onDeleted();
    onClose();
  });
  return (
    <Dialog title={s.webhooks.removeTitle} onClose={onClose}>
      <p>{s.webhooks.removeText}</p>
      <p class="address">
        <bdi>{url}</bdi>
      </p>
      {remove.error && <ErrorNotice error={remove.error} />}
      <p class="actions">
        <button type="button" onClick={onClose}>
          {t.common.cancel}
        </button>
        <button type="button" class="danger" disabled={remove.isRunning} onClick={() => void remove.run()}>
          {remove.isRunning ? s.webhooks.removing : s.webhooks.remove}
        </button>
      </p>
    </Dialog>
  );
}
