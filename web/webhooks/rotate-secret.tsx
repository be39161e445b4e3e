import { useState } from 'preact/hooks';
import { answer, api } from '../api/client.js';
import type { RotatedSecret } from '../api/types.js';
import { Dialog } from '../components/dialog.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { dateTime } from '../i18n/format.js';
import { t } from '../i18n/language.js';
import { s } from '../i18n/settings/texts.js';
import { Secret } from '../settings/secret.jsx';

/** Creates another secret for a webhook, and shows it once. */
export function RotateSecret({ id, url, onClose }: { id: string; url: string; onClose: () => void }) {
  const [rotated, setRotated] = useState<RotatedSecret | null>(null);
  const rotate = useAction(async () => {
    setRotated(await answer(api.POST('/webhooks/{id}/rotate', { params: { path: { id } } })));
  });
  const { rotateTitle, rotateText, rotatedTitle, rotating, rotate: confirm, formerUntil } = s.webhookDetails;
  return (
    <Dialog
      title={rotated ? rotatedTitle : rotateTitle}
      isLocked={rotate.isRunning || rotated !== null}
      onClose={onClose}
    >
      <p class="address">
        <bdi>{url}</bdi>
      </p>
      {rotated ? (
        <>
          <Secret
            label={s.newWebhook.secret}
            text={rotated.secret}
            copyLabel={s.newWebhook.copySecret}
            once={s.newWebhook.once}
          />
          <p class="faint">{formerUntil(dateTime(rotated.former_until))}</p>
        </>
      ) : (
        <p>{rotateText}</p>
      )}
      {rotate.error && <ErrorNotice error={rotate.error} />}
      <p class="actions">
        {rotated ? (
          <button type="button" class="primary" onClick={onClose}>
            {s.newWebhook.done}
          </button>
        ) : (
          <>
            <button type="button" disabled={rotate.isRunning} onClick={onClose}>
              {t.common.cancel}
            </button>
            <button
              type="button"
              class="primary"
              disabled={rotate.isRunning}
              onClick={() => void rotate.run()}
            >
              {rotate.isRunning ? rotating : confirm}
            </button>
          </>
        )}
      </p>
    </Dialog>
  );
}
