import type { TargetedEvent } from 'preact';
import { useId, useState } from 'preact/hooks';
import { api } from '../api/client.js';
import type { PasskeyStep, Session } from '../api/types.js';
import { Countdown } from '../components/ago.jsx';
import { CopyButton } from '../components/copy-button.jsx';
import { Icon } from '../components/icon.jsx';
import { ErrorNotice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { useReading } from '../components/use-reading.js';
import { t } from '../i18n/language.js';
import { readConsoleLine, readPasskey } from './read-passkey.js';

const WHATSAPP_WEB = 'https://web.whatsapp.com/';
const STEPS: PasskeyStep[] = ['assertion', 'waiting', 'compare'];

interface CeremonyProps {
  session: string;
  status: NonNullable<Session['passkey']>;
  refresh: () => void;
}

/** Confirms the link with the passkey, step by step. */
export function PasskeyCeremony({ session, status, refresh }: CeremonyProps) {
  const path = { session };
  const cancel = useAction(async () => {
    await api.DELETE('/sessions/{session}/passkey', { params: { path } });
    refresh();
  });
  return (
    <section class="card passkey">
      <h2>{t.passkey.title}</h2>
      <Steps step={status.step} />
      {status.step === 'assertion' && (
        <Assertion session={session} startedAt={status.expires_at} refresh={refresh} />
      )}
      {status.step === 'waiting' && (
        <div class="waiting" role="status">
          <h3>{t.passkey.waitingTitle}</h3>
          <progress aria-label={t.passkey.waitingTitle} />
          <p class="faint">{t.passkey.sent}</p>
        </div>
      )}
      {status.step === 'compare' && (
        <Compare session={session} code={status.code} refresh={refresh} onDifferent={cancel.run} />
      )}
      {cancel.error && <ErrorNotice error={cancel.error} />}
      <p class="actions">
        <Countdown until={status.expires_at} />
        <button type="button" class="quiet" disabled={cancel.isRunning} onClick={() => void cancel.run()}>
          {t.passkey.cancel}
        </button>
      </p>
    </section>
  );
}

function Steps({ step }: { step: PasskeyStep }) {
  const at = STEPS.indexOf(step);
  return (
    <ol class="progress-steps">
      {t.passkey.steps.map((name, place) => (
        <li
          key={name}
          class={place < at ? 'done' : undefined}
          aria-current={place === at ? 'step' : undefined}
        >
          {name}
        </li>
      ))}
    </ol>
  );
}

/** Carries WhatsApp's request to web.whatsapp.com, and the answer back; see docs/linking.md. */
function Assertion({
  session,
  startedAt,
  refresh,
}: {
  session: string;
  startedAt: string;
  refresh: () => void;
}) {
  const { value: ceremony, error } = useReading(() => readPasskey(session), [session, startedAt]);
  return (
    <>
      <p>{t.passkey.intro}</p>
      {error && <ErrorNotice error={error} />}
      <h3>{t.passkey.extensionTitle}</h3>
      <ol class="steps">
        <li>{t.passkey.extensionInstall}</li>
        <li>
          <a class="button primary" href={ceremony?.link} target="_blank" rel="noreferrer">
            <Icon name="link" />
            {t.passkey.extensionOpen}
          </a>
        </li>
        <li>{t.passkey.extensionConfirm}</li>
      </ol>
      <details>
        <summary>{t.passkey.consoleTitle}</summary>
        <ol class="steps">
          <li>
            {t.passkey.consoleCopy}{' '}
            <CopyButton text={() => readConsoleLine(session)} label={t.passkey.consoleCopyButton} />
          </li>
          <li>
            {t.passkey.consolePaste}{' '}
            <a href={WHATSAPP_WEB} target="_blank" rel="noreferrer">
              web.whatsapp.com
            </a>
          </li>
          <li>
            <ResultForm session={session} refresh={refresh} />
          </li>
        </ol>
      </details>
    </>
  );
}

/** The output of the browser console. */
function ResultForm({ session, refresh }: { session: string; refresh: () => void }) {
  const id = useId();
  const [text, setText] = useState('');
  const [isInvalid, setInvalid] = useState(false);
  const submit = useAction(async (body: { token: string; assertion: object }) => {
    await api.POST('/sessions/{session}/passkey', { params: { path: { session } }, body: body as never });
    refresh();
  });
  const send = (event: TargetedEvent<HTMLFormElement, Event>) => {
    event.preventDefault();
    const body = readResult(text);
    setInvalid(body === null);
    if (body) void submit.run(body);
  };
  return (
    <form class="form" onSubmit={send}>
      <label for={id}>{t.passkey.consoleResult}</label>
      <textarea
        id={id}
        rows={4}
        value={text}
        spellcheck={false}
        placeholder={t.passkey.consoleResultHint}
        aria-invalid={isInvalid}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {isInvalid && (
        <p class="complaint" role="alert">
          {t.passkey.consoleResultInvalid}
        </p>
      )}
      {submit.error && <ErrorNotice error={submit.error} />}
      <button type="submit" class="primary" disabled={submit.isRunning}>
        {t.passkey.send}
      </button>
    </form>
  );
}

/** Browsers may put quotation marks around what they copy. @returns null for anything else */
function readResult(text: string): { token: string; assertion: object } | null {
  const [json = ''] = /\{.*\}/s.exec(text) ?? [];
  try {
    const body = JSON.parse(json) as { token?: unknown; assertion?: unknown };
    const { token, assertion } = body;
    return typeof token === 'string' && typeof assertion === 'object' && assertion
      ? { token, assertion }
      : null;
  } catch {
    return null;
  }
}

interface CompareProps {
  session: string;
  code: string | null;
  refresh: () => void;
  onDifferent: () => Promise<void>;
}

function Compare({ session, code, refresh, onDifferent }: CompareProps) {
  const path = { session };
  const confirm = useAction(async () => {
    const { token } = await readPasskey(session);
    await api.POST('/sessions/{session}/passkey/confirm', { params: { path }, body: { token } });
    refresh();
  });
  return (
    <div class="compare-codes">
      <h3>{t.passkey.compareTitle}</h3>
      <p>{t.passkey.compareText}</p>
      <output class="big-code">{code}</output>
      <p class="faint">{t.passkey.differentHint}</p>
      {confirm.error && <ErrorNotice error={confirm.error} />}
      <p class="actions">
        <button type="button" class="primary" disabled={confirm.isRunning} onClick={() => void confirm.run()}>
          {t.passkey.same}
        </button>
        <button type="button" class="danger" onClick={() => void onDifferent()}>
          {t.passkey.different}
        </button>
      </p>
    </div>
  );
}
