import { useId } from 'preact/hooks';
import { CopyButton } from '../components/copy-button.jsx';
import { Notice } from '../components/notice.jsx';
import type { Explained } from '../i18n/en.js';

interface SecretProps {
  label: string;
  text: string;
  copyLabel: string;
  /** Warns that the text is not shown again. */
  once: Explained;
}

/** Shows a text that the service returns only once. */
export function Secret({ label, text, copyLabel, once }: SecretProps) {
  const id = useId();
  return (
    <>
      <Notice tone="warn" {...once} />
      <div class="secret">
        <span id={id} class="secret-label">
          {label}
        </span>
        <code role="group" aria-labelledby={id}>
          {text}
        </code>
        <CopyButton text={text} label={copyLabel} />
      </div>
    </>
  );
}
