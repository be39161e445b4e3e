import { useState } from 'preact/hooks';
import { api } from '../api/client.js';
import type { Session } from '../api/types.js';
import { Dialog } from '../components/dialog.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';
import { accountIdentity } from './session-texts.js';

export function Unlink({ session, onUnlinked }: { session: Session; onUnlinked: () => void }) {
  const [isAsking, setAsking] = useState(false);
  const unlink = useAction(async () => {
    await api.DELETE('/sessions/{session}/session', { params: { path: { session: session.name } } });
    setAsking(false);
    onUnlinked();
  });
  return (
    <>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        {t.unlink.button}
      </button>
      {isAsking && (
        <Dialog title={t.unlink.title} onClose={() => setAsking(false)}>
          <p>{t.unlink.text(accountIdentity(session))}</p>
          {unlink.error && <ErrorNotice error={unlink.error} />}
          <p class="actions">
            <button type="button" onClick={() => setAsking(false)}>
              {t.common.cancel}
            </button>
            <button
              type="button"
              class="danger"
              disabled={unlink.isRunning}
              onClick={() => void unlink.run()}
            >
              {unlink.isRunning ? t.unlink.busy : t.unlink.confirm}
            </button>
          </p>
        </Dialog>
      )}
    </>
  );
}
