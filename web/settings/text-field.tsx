import type { TargetedEvent } from 'preact';
import { useId } from 'preact/hooks';

interface TextFieldProps {
  label: string;
  hint?: string;
  type?: 'text' | 'url' | 'date';
  value: string;
  complaint: string | null;
  onInput: (text: string) => void;
}

/** A field whose hint turns into the complaint about it. */
export function TextField({ label, hint = '', type = 'text', value, complaint, onInput }: TextFieldProps) {
  const id = useId();
  const attributes = {
    id,
    value,
    autocomplete: 'off',
    spellcheck: false,
    'aria-invalid': complaint !== null,
    'aria-describedby': `${id}-hint`,
    onInput: (event: TargetedEvent<HTMLInputElement, Event>) => onInput(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {type === 'date' ? (
        <input type="date" {...attributes} />
      ) : (
        <input dir={type === 'url' ? 'ltr' : 'auto'} inputMode={type} {...attributes} />
      )}
      <p
        id={`${id}-hint`}
        class={complaint === null ? 'faint' : 'complaint'}
        role={complaint === null ? undefined : 'alert'}
      >
        {complaint ?? hint}
      </p>
    </div>
  );
}
