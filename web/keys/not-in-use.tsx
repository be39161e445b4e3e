import { CopyButton } from '../components/copy-button.jsx';
import { Notice } from '../components/notice.jsx';
import { s } from '../i18n/settings/texts.js';

const COMMAND = 'openssl rand -hex 32';

/** Explains how to use keys, which requires API_KEY. */
export function NotInUse() {
  const [generate, ...rest] = s.notInUse.steps;
  return (
    <main id="content" class="settings">
      <header class="view-head">
        <h1>{s.keys.title}</h1>
      </header>
      <section class="card">
        <Notice tone="warn" title={s.notInUse.title} what={s.notInUse.what} todo={null} />
        <ol class="steps">
          <li>
            {generate}
            <span class="command">
              <code>{COMMAND}</code>
              <CopyButton text={COMMAND} />
            </span>
          </li>
          {rest.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
        <p class="faint">{s.notInUse.docs}</p>
      </section>
    </main>
  );
}
