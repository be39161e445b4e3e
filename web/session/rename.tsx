import type { TargetedEvent } from 'preact';
import { useId, useState } from 'preact/hooks';
import { api } from '../api/client.js';
import type { Session } from '../api/types.js';
import { Dialog } from '../components/dialog.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';
import { accountName } from './session-texts.js';

const MAX_LENGTH = 100;

/** Changes the name under which the page shows an account. */
export function Rename({ session, onRenamed }: { session: Session; onRenamed: () => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="quiet" onClick={() => setOpen(true)}>
        {t.account.rename}
      </button>
      {isOpen && (
        <Dialog title={t.account.renameTitle} onClose={() => setOpen(false)}>
          <NameForm
            session={session}
            onCancel={() => setOpen(false)}
            onRenamed={() => {
              setOpen(false);
              onRenamed();
            }}
          />
        </Dialog>
      )}
    </>
  );
}

interface FormProps {
  session: Session;
  onRenamed: () => void;
  onCancel: () => void;
}

function NameForm({ session, onRenamed, onCancel }: FormProps) {
  const id = useId();
  const [text, setText] = useState(session.display_name ?? '');
  const rename = useAction(async () => {
    await api.PATCH('/sessions/{session}', {
      params: { path: { session: session.name } },
      body: { display_name: text.trim() || null },
    });
    onRenamed();
  });
  const submit = (event: TargetedEvent<HTMLFormElement, Event>) => {
    event.preventDefault();
    void rename.run();
  };
  return (
    <form class="form" noValidate onSubmit={submit}>
      <label for={id}>{t.sessions.name}</label>
      <input
        id={id}
        dir="auto"
        value={text}
        maxLength={MAX_LENGTH}
        autocomplete="off"
        placeholder={accountName({ ...session, display_name: null })}
        aria-describedby={`${id}-hint`}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <p id={`${id}-hint`} class="faint">
        {t.account.renameHint}
      </p>
      {rename.error && <ErrorNotice error={rename.error} />}
      <p class="actions">
        <button type="button" onClick={onCancel}>
          {t.common.cancel}
        </button>
        <button type="submit" class="primary" disabled={rename.isRunning}>
          {t.account.save}
        </button>
      </p>
    </form>
  );
}
