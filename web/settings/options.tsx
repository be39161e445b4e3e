import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface OptionProps {
  type: 'radio' | 'checkbox';
  /** Groups radio buttons. */
  name?: string;
  label: ComponentChildren;
  hint?: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (isChecked: boolean) => void;
}

/** A choice with an explanation. */
export function Option({ type, name, label, hint, checked, disabled = false, onChange }: OptionProps) {
  return (
    <label class="option">
      <input
        type={type}
        name={name}
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>
        {label}
        {hint && <small class="faint">{hint}</small>}
      </span>
    </label>
  );
}

interface GroupProps {
  legend: string;
  /** Null if the choice is complete. */
  complaint?: string | null;
  children: ComponentChildren;
}

/** A group of choices, and the complaint about it. */
export function OptionGroup({ legend, complaint = null, children }: GroupProps) {
  const id = useId();
  return (
    <fieldset aria-describedby={`${id}-complaint`}>
      <legend>{legend}</legend>
      {children}
      <p id={`${id}-complaint`} class="complaint" role="alert">
        {complaint}
      </p>
    </fieldset>
  );
}
