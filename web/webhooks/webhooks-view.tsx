import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Webhook } from '../api/types.js';
import { Icon } from '../components/icon.jsx';
import { t } from '../i18n/language.js';
import { loadPhoneNumbers } from '../i18n/phone-numbers.js';
import { s } from '../i18n/settings/texts.js';
import { to } from '../route.js';
import type { SessionList } from '../sessions/session-list.js';
import { ListError } from '../settings/list-error.jsx';
import { DeleteWebhook } from './delete-webhook.jsx';
import { WebhookItem } from './webhook-item.jsx';
import { WebhookList } from './webhook-list.js';

/** All webhooks, with their state and deliveries. */
export function WebhooksView({ list }: { list: SessionList | null }) {
  const webhooks = useMemo(() => new WebhookList(), []);
  const [deleted, setDeleted] = useState<Webhook | null>(null);
  useEffect(() => () => webhooks.stop(), [webhooks]);
  useEffect(() => void loadPhoneNumbers(), []);
  const [items, error] = [webhooks.webhooks.value, webhooks.error.value];
  return (
    <main id="content" class="settings">
      <header class="view-head">
        <div>
          <h1>{s.webhooks.title}</h1>
          <p class="faint">
            {s.webhooks.intro} {s.webhooks.docs} <a href="api-docs">{s.docs.api}</a>
          </p>
        </div>
        <a class="button primary" href={to({ view: 'webhooks', page: 'new' })}>
          <Icon name="plus" />
          {s.webhooks.create}
        </a>
      </header>
      <ListError error={error} list={list} />
      {!items && !error && <p class="empty">{t.common.loading}</p>}
      {items?.length === 0 && <p class="empty">{s.webhooks.none}</p>}
      <ul class="cards">
        {items?.map((webhook) => (
          <WebhookItem
            key={webhook.id}
            webhook={webhook}
            list={list}
            onChanged={() => webhooks.refresh()}
            onDelete={() => setDeleted(webhook)}
          />
        ))}
      </ul>
      {deleted && (
        <DeleteWebhook
          webhook={deleted}
          onDeleted={() => webhooks.refresh()}
          onClose={() => setDeleted(null)}
        />
      )}
    </main>
  );
}
