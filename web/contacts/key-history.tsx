import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { answer, api } from '../api/client.js';
import { serverNowMs } from '../api/clock.js';
import type { SeenKey } from '../api/types.js';
import { CopyButton } from '../components/copy-button.jsx';
import { Icon } from '../components/icon.jsx';
import { useReading } from '../components/use-reading.js';
import { dateTime } from '../i18n/format.js';
import { t } from '../i18n/language.js';

/** Older changes of a key are in the history only. */
const RECENT_MS = 30 * 86_400_000;
const SECURITY_ID = 'security';

interface KeysProps {
  /** The newest first. Null until they are read. */
  keys: readonly SeenKey[] | null;
}

/**
 * Reads the keys that messages to a contact are encrypted for, the current one first. Each change is a security event.
 *
 * @param current the current key, as far as is known; the history is read again when it changes
 */
export function useSeenKeys(
  session: string,
  address: string,
  current: string | null,
): readonly SeenKey[] | null {
  const path = { session, phone: address };
  const { value } = useReading(
    async () =>
      (await answer(api.GET('/sessions/{session}/contacts/{phone}/keys', { params: { path } }))).keys,
    [session, address, current],
  );
  return value;
}

/** Points to the history if the key has changed recently. */
export function KeyChangeHint({ keys }: KeysProps) {
  const change = recentChangeOf(keys);
  if (change === null) return null;
  const show = () => {
    const section = document.getElementById(SECURITY_ID) as HTMLDetailsElement | null;
    if (!section) return;
    section.open = true;
    section.querySelector('summary')?.focus();
  };
  return (
    <p class="event-text">
      <Icon name="alert" />
      <span>{t.actions.keyChanged(dateTime(change))}</span>
      <button type="button" class="quiet" aria-controls={SECURITY_ID} onClick={show}>
        {t.actions.keyShow}
      </button>
    </p>
  );
}

/** Keys and fingerprints of a contact. Open at first if the key has changed recently. */
export function Security({ keys }: KeysProps) {
  const hasEvent = recentChangeOf(keys) !== null;
  const element = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (hasEvent && element.current) element.current.open = true;
  }, [hasEvent]);
  const [newest] = keys ?? [];
  if (!keys) return null;
  return (
    <details class="card" id={SECURITY_ID} ref={element}>
      <summary>{t.actions.security}</summary>
      <h3>
        <Icon name="key" />
        {t.keys.title}
      </h3>
      {keys.length === 0 && <p class="faint">{t.keys.none}</p>}
      {keys.length > 1 && (
        <p class="event-text">
          <Icon name="alert" />
          {t.keys.count(keys.length - 1)}
        </p>
      )}
      <ol class="keys">
        {keys.map((key, at) => (
          <SeenKeyItem key={key.key} seen={key} wasChange={at < keys.length - 1} />
        ))}
      </ol>
      {newest && <Comparison fingerprint={newest.fingerprint} />}
    </details>
  );
}

/** @returns the time of the last change, ISO 8601; null if the key has not changed recently */
function recentChangeOf(keys: readonly SeenKey[] | null): string | null {
  const [newest, before] = keys ?? [];
  if (!newest || !before) return null;
  return serverNowMs() - Date.parse(newest.first_seen_at) < RECENT_MS ? newest.first_seen_at : null;
}

function SeenKeyItem({ seen, wasChange }: { seen: SeenKey; wasChange: boolean }) {
  const [from, to] = [dateTime(seen.first_seen_at), dateTime(seen.last_seen_at)];
  return (
    <li>
      <p>
        {seen.current && <span class="tag good">{t.keys.current}</span>}{' '}
        <span class="faint">{seen.current ? t.keys.since(from) : t.keys.former(from, to)}</span>
      </p>
      <Fingerprint text={seen.fingerprint} />
      <CopyButton text={seen.fingerprint} />
      {wasChange && (
        <p class="event-text">
          <Icon name="alert" />
          <span>
            <strong>{t.keys.changed(from)}</strong>
            <br />
            {t.keys.changedHint}
          </span>
        </p>
      )}
    </li>
  );
}

/** In groups, as people read them out to each other. */
function Fingerprint({ text }: { text: string }) {
  return (
    <code class="fingerprint" aria-label={t.keys.fingerprint} role="group">
      {groupsOf(text).map((group, at) => (
        <span key={at}>{group}</span>
      ))}
    </code>
  );
}

function Comparison({ fingerprint }: { fingerprint: string }) {
  const [given, setGiven] = useState('');
  const id = useId();
  const digits = given.toLowerCase().replace(/[^0-9a-z]/g, '');
  return (
    <details class="compare">
      <summary>{t.keys.compare}</summary>
      <label for={id}>{t.keys.compareHint}</label>
      <textarea
        id={id}
        rows={3}
        value={given}
        spellcheck={false}
        onInput={(event) => setGiven(event.currentTarget.value)}
      />
      <p role="status">{digits && verdict(digits, fingerprint)}</p>
    </details>
  );
}

function verdict(given: string, fingerprint: string): string {
  if (given === fingerprint) return `✓ ${t.keys.same}`;
  if (!/^[0-9a-f]{64}$/.test(given)) return t.keys.incomplete;
  const ours = groupsOf(fingerprint);
  const at = groupsOf(given).findIndex((group, place) => group !== ours[place]);
  return `✗ ${t.keys.different(at + 1)}`;
}

function groupsOf(text: string): string[] {
  return text.match(/.{4}/g) ?? [];
}
