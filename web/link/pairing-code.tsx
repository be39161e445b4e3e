import type { TargetedEvent } from 'preact';
import { useId, useState } from 'preact/hooks';
import { answer, api } from '../api/client.js';
import type { Session } from '../api/types.js';
import { Countdown } from '../components/ago.jsx';
import { CopyButton } from '../components/copy-button.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { useReading } from '../components/use-reading.js';
import { country, flag } from '../i18n/format.js';
import { t } from '../i18n/language.js';
import { loadPhoneNumbers, readTyped, type TypedNumber } from '../i18n/phone-numbers.js';

interface PairingProps {
  session: string;
  /** A code that waits to be entered; null: there is none. */
  offer: Session['pairing_code'];
  /** Whether a code was entered on the phone, which may still be wrong. */
  isEntered: boolean;
  refresh: () => void;
}

/** A code for those without a camera at hand. */
export function PairingCode({ session, offer, isEntered, refresh }: PairingProps) {
  const [wantsAnother, setWantsAnother] = useState(false);
  const request = useAction(async (phone: string) => {
    await api.POST('/sessions/{session}/pairing-code', { params: { path: { session } }, body: { phone } });
    setWantsAnother(false);
    refresh();
  });
  if (offer && !wantsAnother)
    return <Code session={session} expiresAt={offer.expires_at} onAnother={() => setWantsAnother(true)} />;
  if (isEntered && !wantsAnother) return <Entered onAnother={() => setWantsAnother(true)} />;
  return (
    <>
      <p class="faint">{t.link.codeIntro}</p>
      <NumberForm isBusy={request.isRunning} onNumber={(phone) => void request.run(phone)} />
      {request.error && <ErrorNotice error={request.error} />}
    </>
  );
}

/** The phone does not report a wrong code. It shows an error itself, and the link ends after a minute. */
function Entered({ onAnother }: { onAnother: () => void }) {
  return (
    <div class="code">
      <p role="status">{t.connection.codeEntered}</p>
      <progress aria-label={t.reasons.waiting_for_phone.what} />
      <p class="faint">{t.connection.codeEnteredHint}</p>
      <p class="actions">
        <button type="button" onClick={onAnother}>
          {t.link.newCode}
        </button>
      </p>
    </div>
  );
}

function NumberForm({ isBusy, onNumber }: { isBusy: boolean; onNumber: (digits: string) => void }) {
  const id = useId();
  const [text, setText] = useState('');
  const [typed, setTyped] = useState<TypedNumber | null>(null);
  const [complaint, setComplaint] = useState<string | null>(null);
  const type = async (value: string) => {
    setText(value);
    setComplaint(null);
    setTyped(readTyped(await loadPhoneNumbers(), value));
  };
  const submit = async (event: TargetedEvent<HTMLFormElement, Event>) => {
    event.preventDefault();
    const { digits, formatted } = readTyped(await loadPhoneNumbers(), text);
    if (digits === null) return setComplaint(text.trim() ? t.link.numberInvalid : t.link.numberEmpty);
    setText(formatted);
    onNumber(digits);
  };
  return (
    <form class="form" noValidate onSubmit={(event) => void submit(event)}>
      <label for={id}>{t.link.number}</label>
      <div class="with-button">
        <input
          id={id}
          type="tel"
          inputMode="tel"
          autocomplete="tel"
          dir="ltr"
          value={text}
          placeholder={t.connection.exampleNumber}
          aria-describedby={`${id}-hint`}
          aria-invalid={complaint !== null}
          onFocus={() => void loadPhoneNumbers()}
          onInput={(event) => void type(event.currentTarget.value)}
        />
        <button type="submit" class="primary" disabled={isBusy}>
          {isBusy ? t.link.gettingCode : t.link.getCode}
        </button>
      </div>
      <p id={`${id}-hint`} class={complaint ? 'complaint' : 'faint'} role={complaint ? 'alert' : undefined}>
        {complaint ??
          (typed?.country
            ? `${flag(typed.country)} ${t.link.numberIn(country(typed.country))}${typed.digits ? ` · ${typed.formatted} ✓` : ''}`
            : t.link.numberHint)}
      </p>
    </form>
  );
}

function Code({
  session,
  expiresAt,
  onAnother,
}: {
  session: string;
  expiresAt: string;
  onAnother: () => void;
}) {
  // WhatsApp can replace the requested code. The new code has another expiry.
  const { value: offer } = useReading(
    () => answer(api.GET('/sessions/{session}/pairing-code', { params: { path: { session } } })),
    [session, expiresAt],
  );
  return (
    <div class="code">
      <p class="faint">{t.link.codeLabel}</p>
      {offer && (
        <output class="big-code" aria-label={[...offer.code].join(' ')}>
          {offer.code.slice(0, 4)}
          <span aria-hidden="true">-</span>
          {offer.code.slice(4)}
        </output>
      )}
      <p>
        <Countdown until={expiresAt} />
      </p>
      <ol class="steps">
        {t.link.codeSteps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      <p class="actions">
        {offer && <CopyButton text={offer.code} />}
        <button type="button" class="quiet" onClick={onAnother}>
          {t.link.newCode}
        </button>
      </p>
    </div>
  );
}
