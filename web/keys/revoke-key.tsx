import { signOut } from '../api/access.js';
import { api } from '../api/client.js';
import type { ApiKey } from '../api/types.js';
import { Dialog } from '../components/dialog.jsx';
import { ErrorNotice, Notice } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';
import { s } from '../i18n/settings/texts.js';
import { worthListing } from './scopes.js';

interface RevokeProps {
  apiKey: ApiKey;
  /** Whether the page uses this key. */
  isOwn: boolean;
  onRevoked: () => void;
  onClose: () => void;
}

export function RevokeKey({ apiKey: { id, name, scopes }, isOwn, onRevoked, onClose }: RevokeProps) {
  const revoke = useAction(async () => {
    await api.DELETE('/keys/{id}', { params: { path: { id } } });
    if (isOwn) return signOut();
    onRevoked();
    onClose();
  });
  return (
    <Dialog title={s.keys.revokeTitle(name)} onClose={onClose}>
      <p>{s.keys.revokeText}</p>
      <ul class="plain">
        {worthListing(scopes).map((scope) => (
          <li key={scope}>{s.scopes[scope].label}</li>
        ))}
      </ul>
      {(scopes.includes('webhooks:manage') || scopes.includes('admin')) && (
        <p class="faint">{s.keys.revokeWebhooks}</p>
      )}
      {isOwn && <Notice tone="warn" what={s.keys.revokeOwn} todo={null} />}
      {revoke.error && <ErrorNotice error={revoke.error} />}
      <p class="actions">
        <button type="button" onClick={onClose}>
          {t.common.cancel}
        </button>
        <button type="button" class="danger" disabled={revoke.isRunning} onClick={() => void revoke.run()}>
          {revoke.isRunning ? s.keys.revoking : s.keys.revoke}
        </button>
      </p>
    </Dialog>
  );
}
