import type { TargetedEvent } from 'preact';
import { useId, useState } from 'preact/hooks';
import { api } from '../api/client.js';
import { Dialog } from '../components/dialog.jsx';
import { Icon } from '../components/icon.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';
import { go } from '../route.js';

/** As the service takes them (src/kernel/identifiers/session-name.ts). */
const NAME = /^[a-z0-9-]{1,40}$/;

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

function NameForm({ onAdded, onCancel }: { onAdded: () => void; onCancel: () => void }) {
  const id = useId();
  const [name, setName] = useState('');
  const [isInvalid, setInvalid] = useState(false);
  const create = useAction(async () => {
    await api.POST('/sessions', { body: { name } });
    onAdded();
    go({ view: 'overview', session: name });
  });
  const submit = (event: TargetedEvent<HTMLFormElement, Event>) => {
    event.preventDefault();
    setInvalid(!NAME.test(name));
    if (NAME.test(name)) void create.run();
  };
  return (
    <form class="form" noValidate onSubmit={submit}>
      <label for={id}>{t.sessions.name}</label>
      <input
        id={id}
        value={name}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        aria-invalid={isInvalid}
        aria-describedby={`${id}-hint`}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <p id={`${id}-hint`} class={isInvalid ? 'complaint' : 'faint'} role={isInvalid ? 'alert' : undefined}>
        {isInvalid ? t.sessions.nameInvalid : t.sessions.nameHint}
      </p>
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
