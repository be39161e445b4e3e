import type { TargetedEvent } from 'preact';
import { useId, useState } from 'preact/hooks';
import { api } from '../api/client.js';
import { Dialog } from '../components/dialog.jsx';
import { Icon } from '../components/icon.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';
import { go } from '../route.js';
import { SHORT_NAME, shortNameOf } from './short-name.js';

const MAX_LENGTH = 100;

export function AddSession({ onAdded }: { onAdded: () => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="primary" onClick={() => setOpen(true)}>
        <Icon name="plus" />
        {t.sessions.add}
      </button>
      {isOpen && (
        <Dialog title={t.sessions.addTitle} onClose={() => setOpen(false)}>
          <NameForm onAdded={onAdded} onCancel={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  );
}

/** One name for people. The one for addresses follows from it, unless it is changed. */
function NameForm({ onAdded, onCancel }: { onAdded: () => void; onCancel: () => void }) {
  const id = useId();
  const [title, setTitle] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const [complaint, setComplaint] = useState<string | null>(null);
  const name = chosen ?? shortNameOf(title);
  const create = useAction(async () => {
    await api.POST('/sessions', { body: { name, display_name: title.trim() || null } });
    onAdded();
    go({ view: 'overview', session: name });
  });
  const submit = (event: TargetedEvent<HTMLFormElement, Event>) => {
    event.preventDefault();
    const isValid = SHORT_NAME.test(name);
    setComplaint(isValid ? null : title.trim() ? t.sessions.nameInvalid : t.account.nameMissing);
    if (isValid) void create.run();
  };
  const isBad = complaint !== null;
  return (
    <form class="form" noValidate onSubmit={submit}>
      <label for={id}>{t.sessions.name}</label>
      <input
        id={id}
        dir="auto"
        value={title}
        maxLength={MAX_LENGTH}
        autocomplete="off"
        aria-invalid={isBad}
        aria-describedby={`${id}-hint`}
        onInput={(event) => setTitle(event.currentTarget.value)}
      />
      <p id={`${id}-hint`} class={isBad ? 'complaint' : 'faint'} role={isBad ? 'alert' : undefined}>
        {complaint ?? t.account.nameHint}
      </p>
      {/* It opens where a name has no Latin letters. */}
      <details open={isBad && title.trim() !== ''}>
        <summary>{t.common.details}</summary>
        <label for={`${id}-short`}>{t.account.shortName}</label>
        <input
          id={`${id}-short`}
          dir="ltr"
          value={name}
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          aria-describedby={`${id}-short-hint`}
          onInput={(event) => setChosen(event.currentTarget.value)}
        />
        <p id={`${id}-short-hint`} class="faint">
          {t.sessions.nameHint}
        </p>
      </details>
      {create.error && <ErrorNotice error={create.error} />}
      <p class="actions">
        <button type="button" onClick={onCancel}>
          {t.common.cancel}
        </button>
        <button type="submit" class="primary" disabled={create.isRunning}>
          {t.sessions.create}
        </button>
      </p>
    </form>
  );
}
