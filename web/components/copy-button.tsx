import type { TargetedMouseEvent } from 'preact';
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
  const [result, setResult] = useState<'copied' | 'copyFailed' | null>(null);
  const copy = async ({ currentTarget: button }: TargetedMouseEvent<HTMLButtonElement>) => {
    const isCopied = await copyText(text, button).catch(() => false);
    setResult(isCopied ? 'copied' : 'copyFailed');
    setTimeout(() => setResult(null), SHOWN_MS);
  };
  return (
    <button type="button" class="quiet" onClick={(event) => void copy(event)}>
      <Icon name={result === 'copied' ? 'check' : 'copy'} />
      <span aria-live="polite">{result ? t.common[result] : label}</span>
    </button>
  );
}

/**
 * Pages that were loaded over HTTP from another machine have no clipboard API. `execCommand` works there.
 *
 * @returns whether the text was copied
 */
async function copyText(text: string | (() => Promise<string>), button: HTMLElement): Promise<boolean> {
  const copied = typeof text === 'string' ? text : await text();
  if (navigator.clipboard as Clipboard | undefined) {
    await navigator.clipboard.writeText(copied);
    return true;
  }
  const field = document.createElement('textarea');
  field.value = copied;
  // Nothing outside of an open dialog can be selected.
  (button.closest('dialog') ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  button.focus();
  return isCopied;
}
