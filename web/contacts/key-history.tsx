import { useId, useState } from 'preact/hooks';
import { answer, api } from '../api/client.js';
import type { SeenKey } from '../api/types.js';
import { CopyButton } from '../components/copy-button.jsx';
import { Icon } from '../components/icon.jsx';
import { useReading } from '../components/use-reading.js';
import { dateTime } from '../i18n/format.js';
import { t } from '../i18n/language.js';

interface HistoryProps {
  session: string;
  address: string;
  /** The key that the contact has now, as far as is known: with another one the history is read again. */
  current: string | null;
}

/** The key that messages to a person are encrypted for, and those before it: each change is a security event. */
export function KeyHistory({ session, address, current }: HistoryProps) {
  const path = { session, phone: address };
  const { value } = useReading(
    async () =>
      (await answer(api.GET('/sessions/{session}/contacts/{phone}/keys', { params: { path } }))).keys,
    [session, address, current],
  );
  const keys = value ?? [];
  const [newest] = keys;
  return (
    <section class="card">
      <h3>
        <Icon name="key" />
        {t.keys.title}
      </h3>
      {value && keys.length === 0 && <p class="faint">{t.keys.none}</p>}
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
    </section>
  );
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
