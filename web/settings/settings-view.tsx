import '../styles/settings.css';
import { MissingScope } from '../access/not-allowed.jsx';
import { access, may } from '../api/access.js';
import { Colleague } from '../keys/colleague.jsx';
import { KeysView } from '../keys/keys-view.jsx';
import { NewKey } from '../keys/new-key.jsx';
import { NotInUse } from '../keys/not-in-use.jsx';
import type { SettingsRoute } from '../route.js';
import type { SessionList } from '../sessions/session-list.js';
import { NewWebhook } from '../webhooks/new-webhook.jsx';
import { WebhooksView } from '../webhooks/webhooks-view.jsx';

export { loadSettingsTexts } from '../i18n/settings/texts.js';

interface SettingsProps {
  current: SettingsRoute;
  /** Null if the key cannot view sessions. */
  list: SessionList | null;
}

/** Keys and webhooks. They are loaded when they are first opened. */
export function SettingsView({ current, list }: SettingsProps) {
  const scope = current.view === 'keys' ? 'admin' : 'webhooks:manage';
  if (!may(scope)) return <MissingScope scope={scope} />;
  if (current.view === 'webhooks')
    return current.page === 'new' ? <NewWebhook list={list} /> : <WebhooksView list={list} />;
  if (!access.value?.keys_in_use) return <NotInUse />;
  if (current.page === 'new') return <NewKey list={list} />;
  return current.page === 'colleague' ? <Colleague list={list} /> : <KeysView list={list} />;
}
