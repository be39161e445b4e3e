import type { ComponentChildren } from 'preact';
import type { ContactDetails } from '../api/types.js';
import { Ago } from '../components/ago.jsx';
import { dateTime } from '../i18n/format.js';
import { t } from '../i18n/language.js';
import { formatPhone } from '../i18n/phone-numbers.js';
import { type ListQuery, to } from '../route.js';

interface FactsProps {
  contact: ContactDetails;
}

/** Links to the contact with the new or previous number. */
export function Moved({ session, contact, query }: FactsProps & { session: string; query: ListQuery }) {
  const { moved_to: next, moved_from: former } = contact;
  if (next === null && former === null) return null;
  const link = (label: string, jid: string | null) => {
    const [phone = ''] = (jid ?? '').split('@');
    return (
      jid && (
        <Fact label={label}>
          <a href={to({ view: 'contacts', session, contact: phone, list: query })}>
            <bdi>{formatPhone(phone)}</bdi>
          </a>
        </Fact>
      )
    );
  };
  return (
    <section class="card event">
      <h3>{t.contact.moved}</h3>
      <dl class="facts">
        {link(t.contact.movedTo, next)}
        {link(t.contact.movedFrom, former)}
      </dl>
    </section>
  );
}

/** Names and profile of a contact. */
export function Names({ contact }: FactsProps) {
  const { about } = contact;
  return (
    <section class="card">
      <h3>{t.contact.person}</h3>
      <dl class="facts">
        <Fact label={t.contact.fullName}>{contact.full_name}</Fact>
        <Fact label={t.contact.firstName}>{contact.first_name}</Fact>
        <Fact label={t.contact.pushName} hint={t.contact.pushNameHint}>
          {contact.push_name}
        </Fact>
        {contact.business_name !== null && (
          <Fact label={t.contact.businessName} hint={t.contact.verified}>
            {contact.business_name}
          </Fact>
        )}
        {contact.username !== null && <Fact label={t.contact.username}>{`@${contact.username}`}</Fact>}
        <Fact label={t.contact.about}>
          {about && aboutOf(about)}
          {about?.expires_at && <small> ({t.contact.aboutUntil(dateTime(about.expires_at))})</small>}
        </Fact>
      </dl>
    </section>
  );
}

/** Identifiers and times, for technical questions. */
export function Details({ contact }: FactsProps) {
  return (
    <details class="card">
      <summary>{t.common.details}</summary>
      <dl class="facts">
        <Fact label={t.contact.lid}>{contact.lid}</Fact>
        <Fact label={t.actions.contactId}>{contact.id}</Fact>
        {contact.picture && (
          <Fact label={t.contact.picture}>
            <Ago time={contact.picture.updated_at} />
          </Fact>
        )}
        <Fact label={t.actions.lastChange}>
          <Ago time={contact.updated_at} />
        </Fact>
      </dl>
    </details>
  );
}

function aboutOf({ hidden, emoji, text }: NonNullable<ContactDetails['about']>): string {
  if (hidden) return t.contact.aboutHidden;
  return [emoji, text].filter(Boolean).join(' ') || t.contact.aboutNone;
}

/** @param children null where nothing is known */
function Fact({ label, hint, children }: { label: string; hint?: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>
        {label}
        {hint && <small> {hint}</small>}
      </dt>
      <dd>{isNothing(children) ? <span class="faint">{t.common.unknown}</span> : <bdi>{children}</bdi>}</dd>
    </div>
  );
}

function isNothing(children: ComponentChildren): boolean {
  return [children]
    .flat(Infinity)
    .every((each) => each === null || each === undefined || each === false || each === '');
}
