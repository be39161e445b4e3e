import { useState } from 'preact/hooks';
import { api } from '../api/client.js';
import type { SessionSummary } from '../api/types.js';
import { Dialog } from '../components/dialog.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';
import { accountIdentity, accountName } from '../session/session-texts.js';

interface RemoveProps {
  session: SessionSummary;
  /** Number of its contacts; null if it is not known. */
  contacts: number | null;
  onRemoved: () => void;
  onClose: () => void;
}

export function RemoveSession({ session, contacts, onRemoved, onClose }: RemoveProps) {
  const [withContacts, setWithContacts] = useState(false);
  const remove = useAction(async () => {
    const query = withContacts ? { contacts: 'delete' as const } : {};
    await api.DELETE('/sessions/{session}', { params: { path: { session: session.name }, query } });
    onRemoved();
    onClose();
  });
  return (
    <Dialog title={t.sessions.removeTitle(accountName(session))} onClose={onClose}>
      <p>
        {session.last_account && (
          <>
            <strong>
              <bdi>{accountIdentity(session)}</bdi>
            </strong>
            {contacts !== null && ` · ${t.contacts.total(contacts)}`}
            <br />
          </>
        )}
        {t.sessions.removeText}
      </p>
      <label class="check">
        <input
          type="checkbox"
          checked={withContacts}
          onChange={(event) => setWithContacts(event.currentTarget.checked)}
        />
        <span>
          {contacts === null ? t.sessions.removeContacts : t.account.removeContacts(contacts)}
          <small class="faint">{t.sessions.removeContactsHint}</small>
        </span>
      </label>
      {remove.error && <ErrorNotice error={remove.error} />}
      <p class="actions">
        <button type="button" onClick={onClose}>
          {t.common.cancel}
        </button>
        <button type="button" class="danger" disabled={remove.isRunning} onClick={() => void remove.run()}>
          {t.sessions.remove}
        </button>
      </p>
    </Dialog>
  );
}
