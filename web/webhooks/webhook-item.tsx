import { api } from '../api/client.js';
import type { Webhook } from '../api/types.js';
import { Ago } from '../components/ago.jsx';
import { ErrorNotice, Notice, type Tone } from '../components/notice.jsx';
import { useAction } from '../components/use-action.js';
import { t } from '../i18n/language.js';
import { s } from '../i18n/settings/texts.js';
import type { SessionList } from '../sessions/session-list.js';
import { accountLabel } from '../settings/account-label.js';
import { Fact, Words } from '../settings/fact.jsx';
import { Attempts } from './attempts.jsx';
import { TestWebhook } from './test-webhook.jsx';
import { WebhookDetails } from './webhook-details.jsx';
import { type DeliveryState, stateOf } from './webhook-state.js';

const TONES: Record<DeliveryState, Tone> = {
  active: 'good',
  retrying: 'warn',
  pausedOnRequest: 'warn',
  failed: 'bad',
  disabled: 'bad',
};

interface ItemProps {
  webhook: Webhook;
  list: SessionList | null;
  onChanged: () => void;
  onDelete: () => void;
}

export function WebhookItem({ webhook, list, onChanged, onDelete }: ItemProps) {
  const { id, url, session, kinds } = webhook;
  const state = stateOf(webhook);
  const path = { params: { path: { id } } };
  const toggle = useAction(async () => {
    if (webhook.state === 'active') await api.PATCH('/webhooks/{id}', { ...path, body: { paused: true } });
    else await api.POST('/webhooks/{id}/resume', path);
    onChanged();
  });
  return (
    <li class="card settings-item" aria-label={url}>
      <header>
        <h2 class="address">
          <bdi>{url}</bdi>
        </h2>
        <p class="webhook-state">
          <span class={`dot ${TONES[state]}`} />
          {s.webhooks.state[state]}
        </p>
      </header>
      <State webhook={webhook} />
      <dl class="facts">
        <Fact term={s.webhooks.account}>
          <bdi>{session === null ? s.accounts.all : accountLabel(session, list)}</bdi>
        </Fact>
        <Fact term={s.webhooks.kinds}>
          {kinds ? <Words words={kinds.map((kind) => s.kinds[kind])} /> : s.webhooks.allKinds}
        </Fact>
        <Fact term={s.webhooks.created}>
          <Ago time={webhook.created_at} />
        </Fact>
      </dl>
      <div class="actions">
        <TestWebhook id={id} />
        <button type="button" disabled={toggle.isRunning} onClick={() => void toggle.run()}>
          {webhook.state === 'active' ? s.webhooks.pause : s.webhooks.resume}
        </button>
        <button type="button" class="danger" onClick={onDelete}>
          {s.webhooks.remove}
        </button>
      </div>
      {toggle.error && <ErrorNotice error={toggle.error} />}
      <Attempts id={id} />
      <WebhookDetails webhook={webhook} onChanged={onChanged} />
    </li>
  );
}

/** Whether changes are delivered, and if not, why. */
function State({ webhook }: { webhook: Webhook }) {
  const { behind, reason, retry_at: retryAt } = webhook;
  const state = stateOf(webhook);
  const explained = s.webhooks.explained[state];
  return (
    <>
      {explained && (
        <Notice tone={TONES[state]} {...explained} technical={state === 'pausedOnRequest' ? null : reason}>
          {state === 'retrying' && retryAt && (
            <p class="faint">
              {t.nextTry} <Ago time={retryAt} />
            </p>
          )}
        </Notice>
      )}
      <p class="faint">{behind > 0 ? s.webhooks.behind(behind) : !explained && s.webhooks.upToDate}</p>
    </>
  );
}
