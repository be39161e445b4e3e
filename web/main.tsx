import './styles/base.css';
import './styles/controls.css';
import './styles/shell.css';
import './styles/session.css';
import './styles/contacts.css';
import { render } from 'preact';
import { readAccess } from './api/access.js';
import { App } from './app.jsx';
import { chooseLanguage } from './i18n/language.js';

/** The page cannot be shown without texts. Their file is missing if the service was updated meanwhile. */
const RELOAD_AFTER_MS = 3_000;

await Promise.all([chooseLanguage(), readAccess()]).catch((error: unknown) => {
  setTimeout(() => location.reload(), RELOAD_AFTER_MS);
  throw error;
});
render(<App />, document.getElementById('app') as HTMLElement);
