import './styles/base.css';
import './styles/controls.css';
import './styles/shell.css';
import './styles/session.css';
import './styles/contacts.css';
import { render } from 'preact';
import { readAccess } from './api/access.js';
import { App } from './app.jsx';
import { chooseLanguage } from './i18n/language.js';

await Promise.all([chooseLanguage(), readAccess()]);
render(<App />, document.getElementById('app') as HTMLElement);
