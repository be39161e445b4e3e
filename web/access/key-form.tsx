import type { TargetedEvent } from 'preact';
import { useId, useState } from 'preact/hooks';
import { accessError, signIn } from '../api/access.js';
import { key } from '../api/key.js';
import { Icon } from '../components/icon.jsx';
import { t } from '../i18n/language.js';

/** Form for the API key. */
export function KeyForm() {
  const id = useId();
  const [text, setText] = useState('');
  const [onDevice, setOnDevice] = useState(false);
  const [isEmpty, setEmpty] = useState(false);
  const [isChecking, setChecking] = useState(false);
  const wasRefused = key.value !== null && accessError.value?.code === 'key_invalid';
  const submit = async (event: TargetedEvent<HTMLFormElement, Event>) => {
    event.preventDefault();
    setEmpty(!text.trim());
    if (!text.trim()) return;
    setChecking(true);
    await signIn(text.trim(), { onDevice });
    setChecking(false);
  };
  const complaint = isEmpty ? t.key.empty : wasRefused ? t.key.invalid : null;
  return (
    <main id="content" class="gate">
      <form class="card form" noValidate onSubmit={(event) => void submit(event)}>
        <h1>
          <Icon name="key" />
          {t.key.title}
        </h1>
        <p class="faint">{t.key.intro}</p>
        <label for={id}>{t.key.label}</label>
        <input
          id={id}
          type="password"
          value={text}
          autocomplete="off"
          spellcheck={false}
          placeholder={t.key.placeholder}
          aria-invalid={complaint !== null}
          aria-describedby={`${id}-complaint`}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <p id={`${id}-complaint`} class="complaint" role="alert">
          {complaint}
        </p>
        <label class="check">
          <input
            type="checkbox"
            checked={onDevice}
            onChange={(event) => setOnDevice(event.currentTarget.checked)}
          />
          <span>
            {t.device.remember}
            <small class="faint">{t.device.rememberHint}</small>
          </span>
        </label>
        <button type="submit" class="primary" disabled={isChecking}>
          {t.key.submit}
        </button>
      </form>
    </main>
  );
}
