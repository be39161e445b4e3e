import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../components/icon.jsx';
import { t } from '../i18n/language.js';

interface SearchFieldProps {
  value: string;
  label: string;
  /** Whether the results on show are those of the text. */
  isCurrent: boolean;
  onSearch: (text: string) => void;
}

/** First contact of the results. */
const FIRST = '#content [data-row="0"] :is(a, input), #content .account-hits li > a';

/** Field for searches as the user types. `/` focuses it, Escape clears it, and arrows and Enter lead to the first row. */
export function SearchField({ value, label, isCurrent, onSearch }: SearchFieldProps) {
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
  // People who type fast press Enter before the results arrive.
  const [wanted, setWanted] = useState<'click' | 'focus' | null>(null);
  useEffect(() => {
    if (wanted === null || !isCurrent) return;
    const reach = () => {
      setWanted(null);
      firstResult()?.[wanted]();
    };
    // A list that was scrolled draws its first row one frame later.
    let frame = requestAnimationFrame(() => (frame = requestAnimationFrame(reach)));
    return () => cancelAnimationFrame(frame);
  }, [wanted, isCurrent]);
  const search = (typed: string) => {
    setText(typed);
    setWanted(null);
    onSearch(typed);
  };
  const lead = (how: 'click' | 'focus') => {
    const first = isCurrent ? firstResult() : null;
    if (first) first[how]();
    else setWanted(how);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') search('');
    else if (event.key === 'ArrowDown') lead('focus');
    else if (event.key === 'Enter') lead('click');
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

function firstResult(): HTMLElement | null {
  return document.querySelector(FIRST);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea, select');
}
