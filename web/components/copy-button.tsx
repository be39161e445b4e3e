import { useState } from 'preact/hooks';
import { t } from '../i18n/language.js';
import { Icon } from './icon.jsx';

const SHOWN_MS = 2_000;

/** @param text text to copy, or a function that returns it */
export function CopyButton({
  text,
  label = t.common.copy,
}: {
  text: string | (() => Promise<string>);
  label?: string;
}) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await copyText(typeof text === 'string' ? text : await text());
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return (
    <button type="button" class="quiet" onClick={() => void copy()}>
      <Icon name={isCopied ? 'check' : 'copy'} />
      <span aria-live="polite">{isCopied ? t.common.copied : label}</span>
    </button>
  );
}

/** Pages that were loaded over HTTP from another machine have no clipboard API. `execCommand` works there. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard as Clipboard | undefined) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}
