import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../components/icon.jsx';
import { t } from '../i18n/language.js';

interface SearchFieldProps {
  value: string;
  label: string;
  onSearch: (text: string) => void;
}

/** Field for searches as the user types. `/` focuses it, Escape clears it, and arrows and Enter lead to the first row. */
export function SearchField({ value, label, onSearch }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  // The address follows the typing; what is typed does not wait for it.
  const [text, setText] = useState(value);
  useEffect(() => {
    if (value.trim() !== text.trim()) setText(value);
  }, [value]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.select();
      input.current?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  const search = (typed: string) => {
    setText(typed);
    onSearch(typed);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const first = document.querySelector<HTMLElement>('#content li > a, #content li input');
    if (event.key === 'Escape') search('');
    else if (event.key === 'ArrowDown' && first) first.focus();
    else if (event.key === 'Enter' && first) first.click();
    else return;
    event.preventDefault();
  };
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        value={text}
        maxLength={200}
        autocomplete="off"
        spellcheck={false}
        dir="auto"
        aria-label={label}
        placeholder={label}
        onInput={(event) => search(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {text && (
        <button type="button" class="quiet round" aria-label={t.contacts.clear} onClick={() => search('')}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea, select');
}
